from __future__ import annotations

from datetime import timezone

import pytest

from camstrm.viewing.texts import Texts
from client_qt.model.viewport import Viewport
from client_qt.model.wording import age_text, clock_text, rate_text, where_text

EN = Texts("en")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 ms"),
        (0.0421, "42 ms"),
        (0.9994, "999 ms"),
        (1.0, "1.0 s"),
        (3.44, "3.4 s"),
        (59.96, "59.9 s"),
        (125, "2 min 05 s"),
        (3 * 3600 + 7 * 60, "3 h 07 min"),
    ],
)
def test_ages(seconds: float, text: str) -> None:
    assert age_text(seconds, EN) == text


def test_clock_shows_server_time_in_a_zone() -> None:
    assert clock_text(1_700_000_000_000_000, timezone.utc) == "22:13:20"


@pytest.mark.parametrize("nonsense", [0, 1, 2**64 - 1])
def test_clock_of_nonsense_is_empty(nonsense: int) -> None:
    assert clock_text(nonsense, timezone.utc) == ""


def test_where_the_visible_part_is() -> None:
    view = Viewport()
    view.set_stage(640, 480)
    view.set_frame(2656, 2304)
    view.zoom_to(2.0, 100, 100)
    assert where_text(view, 1, EN) == "200 % · 320\u00d7240 at 222, 430"
    assert where_text(view, 2, EN).startswith("400 % · ")


def test_slow_rates_keep_their_digits() -> None:
    assert [rate_text(fps) for fps in (0.0, 0.25, 0.5, 1.0, 29.84)] == [
        *("0.0 fps", "0.25 fps", "0.50 fps", "1.0 fps", "29.8 fps")
    ]
