"""The benchmark of the viewer: every picture is shown or counted, and every way shows some."""

from __future__ import annotations

import os

import pytest

from bench.viewer.viewer import WAYS, show, unexplained

pytest.importorskip("PySide6.QtWebSockets", reason="the viewer extra is not installed")


# camstrm's own way is a part of the short run.
@pytest.mark.parametrize("way", [way for way in WAYS if way != "camstrm"])
def test_every_way_shows_and_paints_its_pictures(way: str) -> None:
    report = show(way, 30.0, 0.2, 1.0)
    assert 0 < report["shown"] <= report["received"]
    assert report["paints"] > 0
    assert 0 < report["cpu_percent"] <= 100 * (os.cpu_count() or 1)
    assert unexplained(report) == 0


def test_a_flood_is_dropped_and_counted_and_starves_no_camera() -> None:
    report = show("camstrm", 1000.0, 0.2, 1.0)
    assert unexplained(report) == 0
    assert report["dropped"] > 0
    shown = report["shown_by_camera"]
    # The large picture takes four times as long as a small one, and is not forgotten.
    assert min(shown) > max(shown) / 5
