"""The whole way: cameras, grabber, bridge and viewers as processes at the reference load."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.loads import REFERENCE, reference_load
from bench.measure import percentile
from bench.report import Findings, Row
from bench.whole_way.measured_system import MeasuredSystem, Window, merged
from bench.whole_way.memory_growth import MemoryGrowth
from tests.simulator.build import NoCompilerError

FPS = 30.0
LEAST_FPS = 29.5
AGE_P50_MS, AGE_P99_MS = 20.0, 40.0

_WARM_UP_S = 10.0
_SHORT_BUFFER_S = 0.7
"""The tests' machine may stand still for longer than a server, see tests/fakes."""

_PHASES, _PHASE_S, _SETTLE_S = 8, 2.0, 0.5
"""Ticks and cameras keep their phase for as long as somebody watches, and how old the
newest frame is at a tick is a matter of it. So age is measured at several, as they come."""

_TURNS, _TURN_S = 2, 8.0
"""Of camstrm's grabber and of the one that it is measured beside: A B A B."""

_STATUS_S = 1.7
"""After so long the bridge reports what a camera process counted when the last viewer left."""


def run(*, short: bool) -> Findings:
    """Return losses, bundles a second, age, CPU and memory for some numbers of viewers."""
    try:
        with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
            return Findings(_short(Path(folder)) if short else _long(Path(folder)))
    except NoCompilerError as error:
        return Findings([Row("whole way: not measured", 0.0, "", note=str(error))])


def _short(folder: Path) -> list[Row]:
    with MeasuredSystem(folder, reference_load(), buffer_s=_SHORT_BUFFER_S) as system:
        with system.watched(8) as watchers:
            window = system.window(3.0, watchers)
        what = "8 viewers, 3 s"
        rows = [_lost_row(window, what), _bundle_row(window, what, min(window.rates))]
        return [*rows, *_age_rows(window, what), *_cpu_rows(window, what), _idle_row(system, 0.5)]


def _long(folder: Path) -> list[Row]:
    with MeasuredSystem(folder, reference_load()) as system:
        with system.watched(8) as watchers:
            # A window of its own first: its questions are a part of the warm-up.
            system.window(_WARM_UP_S, watchers)
            growth = MemoryGrowth(system.memory())
            window = system.window(60.0, watchers)
            growth.add(system.memory())
        what = "8 viewers, 60 s"
        rows = [_lost_row(window, what), _bundle_row(window, what, min(window.rates))]
        rows += [*_cpu_rows(window, what), *growth.rows(what)]
        for count in (1, 32, 8):
            found = merged([_one_phase(system, count) for _ in range(_PHASES)])
            what = f"{count} viewer{'s' * (count > 1)}, {_PHASES} x {_PHASE_S:g} s"
            rows += [_lost_row(found, what), _bundle_row(found, what, found.bundles_per_s)]
            rows += [*_age_rows(found, what), *_cpu_rows(found, what)]
        rows.append(_idle_row(system, 5.0))
    return rows + _fetch_rows(folder)


def _one_phase(system: MeasuredSystem, viewers: int) -> Window:
    """Measure with viewers that have just come: the ticks begin with the first of them."""
    with system.watched(viewers) as watchers:
        time.sleep(_SETTLE_S)
        return system.window(_PHASE_S, watchers)


def _turn(folder: Path, *, fetch: bool) -> Window:
    folder.mkdir()
    with (
        MeasuredSystem(folder, reference_load(), fetch=fetch) as system,
        system.watched(8) as watchers,
    ):
        time.sleep(1.0)
        return system.window(_TURN_S, watchers)


def _fetch_rows(folder: Path) -> list[Row]:
    """Return the same for Harvesters' fetch() in threads, in turns with camstrm's grabber."""
    windows = [
        (_turn(folder / f"camstrm {n}", fetch=False), _turn(folder / f"fetch {n}", fetch=True))
        for n in range(_TURNS)
    ]
    ours, theirs = (merged(side) for side in zip(*windows, strict=True))
    what = (
        "Harvesters fetch() in threads instead of camstrm's grabber, 8 viewers, "
        f"{_TURNS} turns of {_TURN_S:g} s"
    )
    ages, mine = theirs.ages_ms, ours.ages_ms
    p50, p99 = percentile(ages, 50), percentile(ages, 99)
    against = "camstrm's"
    return [
        Row(
            f"{what}: bundles at {FPS:g}",
            theirs.bundles_per_s,
            "1/s",
            theirs.bundles_per_s / ours.bundles_per_s,
            against,
            note=f"{theirs.lost} of {theirs.produced} frames lost, camstrm's {ours.lost} of "
            f"{ours.produced}; {theirs.bundle_kb:.0f} KB with "
            f"{theirs.pictures_per_bundle:.3f} pictures each",
        ),
        Row(
            f"{what}: buffer time stamp -> bytes, p50",
            p50,
            "ms",
            p50 / percentile(mine, 50),
            against,
            note=f"p99 {p99:.0f} ms, {p99 / percentile(mine, 99):.1f} x camstrm's",
        ),
        Row(
            f"{what}: grabber, for each bundle",
            1e3 * theirs.grabber / theirs.bundles_per_s,
            "ms CPU",
            theirs.grabber / theirs.bundles_per_s / (ours.grabber / ours.bundles_per_s),
            against,
            note=f"{100 * theirs.grabber:.0f} % of a core against {100 * ours.grabber:.0f} %",
        ),
    ]


def _lost_row(window: Window, what: str) -> Row:
    wrong = window.total("misordered") + window.total("wrong") + len(window.closed)
    still = f"; {window.stood_still} not made: the machine stood still"
    return Row(
        f"{what}: frames lost",
        window.lost,
        f"of {window.produced}",
        lost=window.lost + wrong,
        target="0",
        met=window.lost + wrong == 0,
        note=f"{REFERENCE}, all encoded; {wrong} bundles or pictures out of order or wrong; "
        f"machine busy {100 * window.machine:.0f} %" + still * bool(window.stood_still),
    )


def _bundle_row(window: Window, what: str, rate: float) -> Row:
    return Row(
        f"{what}: bundles at {FPS:g}",
        rate,
        "1/s",
        rate / FPS,
        "the stream rate",
        target=f">= {LEAST_FPS:g}",
        met=rate >= LEAST_FPS,
        note=f"{window.bundle_kb:.0f} KB with {window.pictures_per_bundle:.3f} pictures each; "
        f"{window.total('skipped')} skipped",
    )


def _age_rows(window: Window, what: str) -> list[Row]:
    ages, glass = sorted(window.ages_ms), sorted(window.glass_ms)
    return [
        Row.at_most(
            f"{what}: buffer time stamp -> bytes, p50",
            percentile(ages, 50),
            "ms",
            AGE_P50_MS,
            note="the oldest picture of each bundle, all viewers",
        ),
        Row.at_most(
            f"{what}: buffer time stamp -> bytes, p99",
            percentile(ages, 99),
            "ms",
            AGE_P99_MS,
            note=f"max {percentile(ages, 100):.0f} ms",
        ),
        Row(
            f"{what}: stamp in the pixels -> decoded (glass to glass), p50",
            percentile(glass, 50),
            "ms",
            note=f"p99 {percentile(glass, 99):.1f} ms; {len(glass)} bundles of one viewer",
        ),
    ]


def _cpu_rows(window: Window, what: str) -> list[Row]:
    return [
        Row(
            f"{what}: grabber",
            100 * window.grabber,
            "% of a core",
            note=f"the simulated cameras' threads beside it {100 * window.simulator:.1f} %",
        ),
        Row(
            f"{what}: bridge",
            100 * window.bridge,
            "% of a core",
            note=f"viewers {100 * window.viewers:.0f} %, all that runs on the machine "
            f"{100 * window.machine:.0f} %",
        ),
    ]


def _idle_row(system: MeasuredSystem, seconds: float) -> Row:
    time.sleep(_STATUS_S)
    before = system.encoded()
    window = system.window(seconds)
    time.sleep(_STATUS_S)
    encoded = system.encoded() - before
    return Row(
        f"0 viewers, {seconds:g} s: pictures encoded",
        encoded,
        "",
        lost=window.lost,
        target="0",
        met=encoded == 0,
        note=f"grabber {100 * window.grabber:.1f} % of a core, bridge {100 * window.bridge:.1f} %",
    )
