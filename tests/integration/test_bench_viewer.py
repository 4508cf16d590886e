"""The benchmark of the viewer: every picture is shown or counted, and every way shows some."""

from __future__ import annotations

import pytest

from tests.bench.viewer import WAYS, run, show, unexplained

pytest.importorskip("PySide6.QtWebSockets", reason="the viewer extra is not installed")


@pytest.mark.parametrize("way", WAYS)
def test_every_way_shows_and_paints_its_pictures(way: str) -> None:
    report = show(way, 30.0, 0.2, 1.0)
    assert report["received"] > 0
    assert report["shown"] > 0
    assert report["paints"] > 0
    assert report["cpu_percent"] > 0
    assert unexplained(report) == 0


def test_a_flood_is_dropped_and_counted_and_starves_no_camera() -> None:
    report = show("camstrm", 1000.0, 0.2, 1.0)
    assert unexplained(report) == 0
    assert report["dropped"] > 0
    shown = report["shown_by_camera"]
    # The large picture takes four times as long as a small one, and is not forgotten.
    assert min(shown) > max(shown) / 5


def test_the_short_form_loses_no_picture() -> None:
    rows = run(short=True).rows
    assert [row.lost for row in rows] == [0] * 3
    assert sum("memory" in row.what for row in rows) == 1


def test_pictures_that_vanish_or_break_are_unexplained() -> None:
    report = {"received": 10, "shown": 6, "dropped": 3, "failed": 1}
    assert unexplained(report) == 1
    assert unexplained(report | {"failed": 0}) == 1
    assert unexplained(report | {"shown": 7, "failed": 0}) == 0
