"""kill -9 of the bridge, again and again, also shortly after the last one: all come back soon.

The viewers are those of the client library; page and Qt viewer have the same table of pauses, to
which ``tests/vectors/viewing/reconnect.json`` holds all of them.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.child_process import ended_with_input
from bench.loads import small_cameras
from bench.measure import percentile
from bench.outages.returning_viewers import Happened
from bench.report import Findings, Row
from bench.whole_way.restart import CAMERAS, VIEWERS
from tests.fakes.running_system import RunningSystem
from tests.fakes.simulated_cameras import simulated_system
from tests.simulator.scenario import Scenario

__all__ = ["most_in_a_second", "run"]

KILLS = 100
_BACK_S = 2.0
_MOST_TRIES = 4
_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 6.0)
"""From everybody's return to the next kill: mostly less than what counts as a good connection."""

_DOWN_S = (0.0, 0.2, 1.0, 3.0)
"""Until the next bridge is started."""

_LOOK_S = 0.1
_GIVEN_UP_S = 30.0
_LISTEN = "0A"
"""State of a listening socket in /proc/net/tcp."""


def run(*, short: bool) -> Findings:
    """Return how long it takes until all viewers have pictures again, and how often they try."""
    viewers, kills = (5, 2) if short else (VIEWERS, KILLS)
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        system, _ = simulated_system(Path(folder), Scenario(small_cameras(CAMERAS)))
        with system:
            back, tries, missing = _kill_many(system, viewers, kills)
    what = f"{kills} kills, {viewers} viewers"
    return Findings(
        [
            Row.at_most(
                f"{what}: last viewer has pictures after the bridge listens, max",
                max(back, default=float("nan")),
                "s",
                _BACK_S,
                note=f"p50 {percentile(back, 50):.2f} s, p90 {percentile(back, 90):.2f} s",
            ),
            Row.at_most(f"{what}: viewers that did not come back", missing, "", 0),
            Row.at_most(
                f"{what}: attempts of a viewer within a second, max", tries, "", _MOST_TRIES
            ),
        ]
    )


def most_in_a_second(times_s: Sequence[float]) -> int:
    """Return how many of these times are within one second at most."""
    ordered = sorted(times_s)
    return max(
        (sum(begin <= t < begin + 1.0 for t in ordered[n:]) for n, begin in enumerate(ordered)),
        default=0,
    )


def _kill_many(system: RunningSystem, viewers: int, kills: int) -> tuple[list[float], int, int]:
    """Return the seconds until all were back of each kill, most attempts, viewers lost for good."""
    # Not for secrets: the same moments each time.
    chance = random.Random(13)
    command = (sys.executable, "-m", "bench.outages.returning_viewers")
    back: list[float] = []
    attempts: list[list[float]] = [[] for _ in range(viewers)]
    missing = 0
    _wait_listening(system.port)
    with ended_with_input(
        (*command, system.url.replace("http", "ws", 1), system.token, str(viewers)),
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise RuntimeError("not every viewer has pictures")
        for _ in range(kills):
            time.sleep(chance.choice(_PAUSES_S))
            assert system.bridge is not None
            killed_s = time.monotonic()
            system.bridge.kill()
            time.sleep(chance.choice(_DOWN_S))
            system.start_bridge()
            listens_s = _wait_listening(system.port)
            waiting, last_s = viewers, listens_s
            while waiting and time.monotonic() < listens_s + _GIVEN_UP_S:
                time.sleep(_LOOK_S)
                happened = _ask(process)
                for mine, new in zip(attempts, happened.attempts, strict=True):
                    mine += new
                # Not since it listens: on a busy machine that is seen later than a viewer is back.
                first = [firsts for firsts in happened.bundles if firsts > killed_s]
                waiting, last_s = viewers - len(first), max([last_s, *first])
            missing += waiting
            back.append(last_s - listens_s)
    return back, max(map(most_in_a_second, attempts)), missing


def _ask(process: subprocess.Popen[str]) -> Happened:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return msgspec.json.decode(process.stdout.readline(), type=Happened)


def _wait_listening(port: int) -> float:
    """Wait until something listens on the port; return when that was."""
    wanted = f":{port:04X}"
    deadline_s = time.monotonic() + _GIVEN_UP_S
    while time.monotonic() < deadline_s:
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            if state == _LISTEN and local.endswith(wanted):
                return time.monotonic()
        time.sleep(0.005)
    raise RuntimeError("the bridge does not listen")
