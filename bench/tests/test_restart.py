"""The benchmark of a restart: it kills, and finds pictures that are newer."""

from __future__ import annotations

from pathlib import Path

from bench.loads import small_cameras
from bench.whole_way.restart import measure_restarts


def test_a_restart_is_measured_in_its_parts(tmp_path: Path) -> None:
    found = measure_restarts(tmp_path, small_cameras(2), viewers=2, kills=1)
    (restart,) = found.restarts
    assert 0 < restart.connected < restart.every
    assert 0 < restart.first <= restart.every
    assert restart.cpu > 0
    assert (found.closed, found.torn) == ([], 0)
    assert found.pictures > 0
