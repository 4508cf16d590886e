"""What is made of the figures of a whole system: mistakes, growth of memory, steps of a sweep."""

from __future__ import annotations

import pytest

from bench.whole_way.long_run import LongRun, mistakes
from bench.whole_way.measured_system import Window
from bench.whole_way.memory_growth import MemoryGrowth
from bench.whole_way.process_state import ProcessState, changes
from bench.whole_way.sweep import Sweep
from bench.whole_way.watchers import WatcherReport

MB = 1_000_000


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
    bridge = {"bridge": ProcessState(20, 2, 20)}
    assert mistakes(LongRun([window(), window()], steady(), bridge, bridge)) == []


def test_a_long_run_names_each_mistake() -> None:
    late = window(rate=28.0)
    late.reports[0].misordered = 1
    late.reports[0].closed = ["too slow"]
    growth = steady()
    growth.add({"grabber": 10 * MB, "camera process 1": 92 * MB, "bridge": 31 * MB})
    run = LongRun(
        [window(lost=3), late],
        growth,
        {"bridge": ProcessState(20, 2, 20)},
        {"bridge": ProcessState(24, 2, 23)},
        unexplained=4,
        joins=100,
        failures=1,
    )
    assert mistakes(run) == [
        "3 frames lost (other programs took 29 % of a core in those minutes, 29 % in the others)",
        "1 bundles or pictures out of order or wrong",
        "1 viewers cut off: too slow",
        "29.00 bundles a second at the slowest viewer, wanted 29.5",
        "memory of the grabber grew by 2.00 %",
        "4 bundles missing that no counter explains",
        "1 of 100 viewers that came got no bundle",
        "descriptors of bridge: 20, then 24",
        "tasks of bridge: 20, then 23",
    ]


def test_with_viewers_that_come_and_go_some_growth_is_flat() -> None:
    growth = MemoryGrowth({"bridge": 100 * MB})
    growth.add({"bridge": 101 * MB + MB // 2})
    assert not growth.is_flat("bridge")
    assert growth.is_flat("bridge", most_percent=2.0)
    growth.add({"bridge": 103 * MB})
    assert not growth.is_flat("bridge", most_percent=2.0)


def test_a_process_that_was_started_again_is_named() -> None:
    one, other = {"bridge": ProcessState(1, 1)}, {"grabber": ProcessState(1, 1)}
    assert changes(one, other)[0].startswith("processes were ['bridge'], are")


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
