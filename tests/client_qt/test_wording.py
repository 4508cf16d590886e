from __future__ import annotations

from datetime import timezone

import pytest

from client_qt.model.viewport import Viewport
from client_qt.model.wording import age_text, clock_text, count_text, since_text, where_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 ms"),
        (0.0421, "42 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (3.44, "3.4 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3 * 3600 + 7 * 60, "3 h 07 min"),
        (1e13, "over 100 h"),
    ],
)
def test_ages(seconds: float, text: str) -> None:
    assert age_text(seconds) == text


def test_clock_shows_server_time_in_a_zone() -> None:
    assert clock_text(1_700_000_000_000_000, timezone.utc) == "22:13:20"


@pytest.mark.parametrize("nonsense", [0, 1, 2**64 - 1])
def test_clock_of_nonsense_is_empty(nonsense: int) -> None:
    assert clock_text(nonsense, timezone.utc) == ""
    assert since_text("lost", nonsense) == "lost"


def test_counts_stay_short() -> None:
    assert [count_text(n) for n in (0, 9999, 12_345, 4_560_000)] == [
        "0",
        "9999",
        "12.3k",
        "4.56M",
    ]


def test_where_the_visible_part_is() -> None:
    view = Viewport()
    view.set_stage(640, 480)
    view.set_frame(2656, 2304)
    view.zoom_to(2.0, 100, 100)
    assert where_text(view, 1) == "200 % · 320\u00d7240 at 222, 430"
    assert where_text(view, 2).startswith("400 % · ")
