"""What the benchmark's viewers see of the real commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.loads import small_cameras
from bench.whole_way import long_run
from bench.whole_way.measured_system import MeasuredSystem
from bench.whole_way.watcher_process import WatcherError
from tests.simulator.build import NoCompilerError

CAMERAS, VIEWERS = 2, 5
MB = 1_000_000


@pytest.fixture
def system(tmp_path: Path) -> Iterator[MeasuredSystem]:
    try:
        # Buffers for a standstill of the test's machine.
        measured = MeasuredSystem(tmp_path, small_cameras(CAMERAS), buffer_s=1.0)
    except NoCompilerError as error:
        pytest.skip(str(error))
    with measured:
        yield measured


def test_viewers_count_what_they_get_and_see_whole_pictures(system: MeasuredSystem) -> None:
    with system.watched(VIEWERS) as watchers:
        window = system.window(2.0, watchers)
    bundles = sum(sum(report.bundles) for report in window.reports)
    assert len(window.rates) == VIEWERS
    assert min(window.rates) > 0
    # Stamps were read in the pixels, and each was that of the frame which the bundle names.
    assert window.glass_ms
    assert [window.total("misordered"), window.total("wrong"), window.closed] == [0, 0, []]
    assert 0 < window.total("pictures") <= CAMERAS * bundles
    # Ages are of the simulator's own clock: never negative, and none from another hour.
    assert 0 < len(window.ages_ms) <= bundles
    assert 0 < min(window.ages_ms) <= max(window.ages_ms) < 10_000
    assert 0 < min(window.glass_ms) <= max(window.glass_ms) < 10_000
    assert window.lost == 0
    assert window.encoded > 0
    assert min(window.grabber, window.bridge, window.simulator, window.viewers) > 0
    assert set(system.memory()) == {"bridge", "grabber", "camera process 1", "camera process 2"}


def test_viewers_tell_that_the_bridge_has_left_them(system: MeasuredSystem) -> None:
    with system.watched(2, decode=False) as (watcher,):
        assert system.system.bridge is not None
        system.system.bridge.end()
        report = watcher.report()
    assert report.closed == ["the bridge stops"] * 2


def test_viewers_that_are_not_let_in_are_an_error(system: MeasuredSystem) -> None:
    with pytest.raises(WatcherError, match="100 viewers"), system.watched(100, decode=False):
        pytest.fail("64 are the most")


def test_a_long_run_in_short_watches_what_must_not_grow(capfd: pytest.CaptureFixture[str]) -> None:
    """Its verdict is for a machine that does nothing else; what it counts holds everywhere."""
    code = long_run.main(["0.1", "--joins", "3", "--small"])
    printed = capfd.readouterr().out
    assert code in (0, 1), printed
    for mistake in ("came got no bundle", "no counter explains", "descriptors of", "threads of"):
        assert mistake not in printed
    assert "tasks, grabber" in printed
    assert "viewers came and went" in printed
