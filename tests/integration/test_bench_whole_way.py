"""What the benchmark's viewers see of the real commands, and what is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.loads import small_cameras
from tests.bench.long_run import mistakes
from tests.bench.measured_system import MeasuredSystem, Window
from tests.bench.memory_growth import MemoryGrowth
from tests.bench.sweep import Sweep
from tests.bench.watcher_process import WatcherError
from tests.bench.watchers import WatcherReport
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
    # Stamps were read in the pixels, and each was that of the frame which the bundle tells.
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


def window(grabber: float = 0.1, rate: float = 30.0, **changes: int) -> Window:
    report = WatcherReport(
        seconds=10.0, bundles=[int(10 * rate), 300], ages_us=[15_000, 20_000, 25_000]
    )
    figures = {"produced": 1000, "lost": 0, "stood_still": 0, "encoded": 300, **changes}
    return Window(10.0, grabber, 0.01, 0.05, 0.05, 0.5, reports=[report], **figures)


def steady() -> MemoryGrowth:
    growth = MemoryGrowth({"grabber": 10 * MB, "camera process 1": 90 * MB, "bridge": 30 * MB})
    growth.add({"grabber": 10 * MB, "camera process 1": 91 * MB, "bridge": 31 * MB})
    return growth


def test_a_long_run_as_wanted_has_no_mistake() -> None:
    assert mistakes([window(), window()], steady()) == []


def test_a_long_run_names_each_mistake() -> None:
    late = window(rate=28.0)
    late.reports[0].misordered = 1
    late.reports[0].closed = ["too slow"]
    growth = steady()
    growth.add({"grabber": 10 * MB, "camera process 1": 92 * MB, "bridge": 31 * MB})
    assert mistakes([window(lost=3), late], growth) == [
        "3 frames lost",
        "1 bundles or pictures out of order or wrong",
        "1 viewers cut off: too slow",
        "29.00 bundles a second at the slowest viewer, wanted 29.5",
        "memory of the grabber grew by 2.00 %",
    ]


def test_a_camera_process_that_was_started_again_is_not_flat_memory() -> None:
    growth = steady()
    growth.add({"grabber": 10 * MB, "bridge": 30 * MB})
    assert not growth.is_flat("bridge")
    assert growth.percent("bridge") == float("inf")


def test_the_worst_step_is_the_one_that_grows_faster_than_its_size() -> None:
    sweep = Sweep("cameras", "")
    sweep.windows = {1: window(0.1), 2: window(0.15), 4: window(0.45), 8: window(0.6)}
    row = next(row for row in sweep.rows((1, 2, 4, 8)) if "grabber" in row.what)
    assert row.value == pytest.approx(1.5)
    assert row.met is False
    assert row.note.startswith("2 -> 4: 15 -> 45 % of a core")


def test_lost_frames_of_a_sweep_count() -> None:
    sweep = Sweep("cameras", "")
    sweep.windows = {1: window(), 2: window(lost=2)}
    assert sweep.rows((1, 2))[0].lost == 2
