"""The way of the drain benchmark that its short form leaves out."""

from __future__ import annotations

from bench.drain.loads import REFERENCE, measure


def test_camera_processes_lose_no_frame_while_they_encode() -> None:
    found = measure(REFERENCE, "camstrm processes", 0.5, buffered_s=0.5)
    assert found.lost == 0
    assert found.bundles > 1
    assert found.bundle_bytes > 100_000, "all three cameras are in a bundle"
    assert len(found.age_ms) == found.bundles
    assert found.fetched >= 3 * (found.bundles - 1), "a frame of each camera is in a bundle"
    assert 0 < found.drain_s <= 3 * found.seconds, "one draining thread a camera"
