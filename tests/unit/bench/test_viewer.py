"""What the benchmark of the viewer counts."""

from __future__ import annotations

from bench.viewer.viewer import unexplained


def test_pictures_that_vanish_or_break_are_unexplained() -> None:
    report = {"received": 10, "shown": 6, "dropped": 3, "failed": 1}
    assert unexplained(report) == 1
    assert unexplained(report | {"failed": 0}) == 1
    assert unexplained(report | {"shown": 7, "failed": 0}) == 0
