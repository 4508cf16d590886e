"""Features are set 20 times a second while all cameras stream, with registers of several speeds."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.child_process import ROOT
from bench.loads import REFERENCE, reference_load
from bench.measure import percentile
from bench.report import Findings, Row
from bench.whole_way.measured_system import MeasuredSystem, Window
from camstrm.bridge.http.token_file import CONTROL_TOKEN_FILE
from tests.simulator.build import NoCompilerError

REGISTERS_US = (300, 2_000, 10_000, 50_000)
"""How long one register access of the camera takes that is adjusted."""

SETS_PER_S = 20.0
MAX_AGE_MS = 2.0
"""By so much p99 of the age may grow, with registers of at most 2 ms."""

MAX_SET_MS = 30.0
"""p95 from the call to the value that was read back, with registers of 0.3 ms."""

_MORE_FEATURES = 340
"""With these the camera that is adjusted has 400."""

_VIEWERS = 8
_SETTLE_S = 5.0
_SPARE_S = 60.0


def run(*, short: bool) -> Findings:
    """Return losses, bundles, age with and without calls in turns, and time to the reply."""
    seconds = 3.0 if short else 60.0
    registers = REGISTERS_US[:1] if short else REGISTERS_US
    try:
        with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
            return Findings(_rows(Path(folder), seconds, registers, buffer_s=0.7 if short else 0.0))
    except NoCompilerError as error:
        return Findings([Row("control: not measured", 0.0, "", note=str(error))])


def _rows(
    folder: Path, seconds: float, registers: tuple[int, ...], *, buffer_s: float
) -> list[Row]:
    """``buffer_s`` as in whole_way.py: the tests' machine may stand still for longer."""
    rows = []
    first, *others = reference_load()
    cameras = (dataclasses.replace(first, more_features=_MORE_FEATURES), *others)
    with MeasuredSystem(folder, cameras, buffer_s=buffer_s) as system:
        serial = system.cameras[0].serial
        with system.watched(_VIEWERS) as watchers, system.control(serial) as knobs:
            system.window(_SETTLE_S, watchers)
            for register_us in registers:
                knobs.set(register_us=register_us)
                for tree in ("", "tree"):
                    quiet = system.window(seconds / 2, watchers)
                    with _Caller(system, serial, seconds, tree) as caller:
                        busy = system.window(seconds, watchers)
                    asked = f"{SETS_PER_S:g} sets/s" + (" and all features read" if tree else "")
                    what = f"registers of {register_us / 1000:g} ms, {asked}, {seconds:g} s"
                    rows += _of_turn(what, register_us, quiet, busy, caller.result, tree=bool(tree))
                knobs.set(register_us=0)
    return rows


class _Caller:
    """Runs bench.control.caller while the block runs, and until it has its last answer."""

    def __init__(self, system: MeasuredSystem, camera: str, seconds: float, tree: str) -> None:
        self.result: dict[str, Any] = {}
        token = (system.system.folder / CONTROL_TOKEN_FILE).read_text().strip()
        self._seconds = seconds
        program = [sys.executable, "-m", "bench.control.caller"]
        self._process = subprocess.Popen(
            [*program, system.system.url, camera, str(SETS_PER_S), str(seconds), tree],
            cwd=ROOT,
            env={**os.environ, "CAMSTRM_TOKEN": token},
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> _Caller:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            text = self._process.communicate(timeout=self._seconds + _SPARE_S)[0]
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise
        self.result = json.loads(text)


def _of_turn(
    what: str,
    register_us: int,
    quiet: Window,
    busy: Window,
    found: dict[str, Any],
    *,
    tree: bool,
) -> list[Row]:
    p99, before = percentile(busy.ages_ms, 99), percentile(quiet.ages_ms, 99)
    fast = register_us <= 2000
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(found["outcomes"].items()))
    reads = f"; {found['reads']} reads of {found['features']} features" if tree else ""
    answered = sum(found["outcomes"].values())
    rows = [
        Row(
            f"{what}: frames lost ({REFERENCE}, {_VIEWERS} viewers)",
            busy.lost,
            f"of {busy.produced}",
            lost=busy.lost,
            target="0",
            met=busy.lost == 0,
            note=f"{quiet.lost} of {quiet.produced} without calls; "
            f"{busy.bundles_per_s:.2f} bundles/s, {quiet.bundles_per_s:.2f} without",
        ),
        Row(
            f"{what}: age p99",
            p99,
            "ms",
            p99 / before,
            "without calls",
            target=f"<= {MAX_AGE_MS:g} ms more" if fast else "",
            met=p99 - before <= MAX_AGE_MS if fast else None,
            note=f"{p99 - before:+.1f} ms; p50 {percentile(busy.ages_ms, 50):.1f} against "
            f"{percentile(quiet.ages_ms, 50):.1f}",
        ),
    ]
    ages_ms = found["ages_ms"] or [math.nan]
    p95, counted = percentile(ages_ms, 95), register_us == REGISTERS_US[0] and not tree
    rows.append(
        Row(
            f"{what}: call to value read back, p95",
            p95,
            "ms",
            target=f"<= {MAX_SET_MS:g} ms" if counted else "",
            met=p95 <= MAX_SET_MS if counted else None,
            note=f"p50 {percentile(ages_ms, 50):.1f} ms; {answered} replies: {outcomes}{reads}",
        )
    )
    return rows
