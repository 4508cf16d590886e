from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from camstrm.client.reconnect import GOOD_AFTER_S, PATIENT_PAUSE_S, reconnect_pauses

TABLE = json.loads(
    (Path(__file__).parents[2] / "vectors" / "viewing" / "reconnect.json").read_text()
)

LISTENS_S = 2.0
"""Within so many seconds everybody is back after a server listens again."""


class Chance(random.Random):
    """Gives the least or the most of what it is asked for."""

    def __init__(self, *, most: bool) -> None:
        super().__init__()
        self.most = most

    def uniform(self, a: float, b: float) -> float:
        return b if self.most else a


@pytest.mark.parametrize("most", [False, True])
def test_pauses_are_those_of_the_page(most: bool) -> None:
    pauses = reconnect_pauses(Chance(most=most))
    wanted = [pause[most] for pause in TABLE["pauses_ms"]]
    assert [1000 * pauses.next() for _ in wanted] == wanted
    assert (
        TABLE["good_after_ms"],
        TABLE["patient_ms"],
    ) == (1000 * GOOD_AFTER_S, 1000 * PATIENT_PAUSE_S)


def test_four_attempts_a_second_at_most_and_all_are_back_in_time() -> None:
    pauses = reconnect_pauses(Chance(most=False))
    assert min(pauses.next() for _ in range(100)) >= 0.25
    pauses = reconnect_pauses(Chance(most=True))
    assert max(pauses.next() for _ in range(100)) < LISTENS_S
