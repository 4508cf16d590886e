"""The short forms of ``make outages``, and how it counts."""

from __future__ import annotations

from typing import Any

import pytest

from bench.outages import black_hole, bridge_kills, grabber_kills, never_reading
from bench.outages.bridge_kills import most_in_a_second
from bench.report import Row


def met(module: Any) -> dict[str, Row]:
    """Return the rows by what they say; times are for a quiet machine, counts are not."""
    return {row.what.partition(": ")[2] or row.what: row for row in module.run(short=True).rows}


def test_attempts_within_a_second() -> None:
    assert most_in_a_second([]) == 0
    assert most_in_a_second([3.0, 0.0, 0.4, 0.9, 1.0, 1.1]) == 4


def test_nobody_is_cut_off_by_a_kill_of_the_grabber() -> None:
    rows = met(grabber_kills)
    assert rows["viewers cut off"].value == 0
    assert rows["torn pictures"].value == 0


def test_all_come_back_after_a_kill_of_the_bridge_and_do_not_hammer() -> None:
    rows = met(bridge_kills)
    assert rows["viewers that did not come back"].value == 0
    assert rows["attempts of a viewer within a second, max"].met


def test_viewers_that_never_read_are_gone() -> None:
    assert met(never_reading)["the last is gone after"].value > 4


def test_a_viewer_in_a_black_hole_is_removed() -> None:
    rows = black_hole.run(short=True).rows
    if any("not measured" in row.what for row in rows):
        pytest.skip(rows[-1].note)
    assert len(rows) == 2
