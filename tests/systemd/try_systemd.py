"""Boot systemd with camstrm's units and simulated cameras, and try what they promise.

    make try-systemd

Start (notify), reload with a right and a wrong file, watchdog, kill, socket activation, stop,
a mistake at the start. Each step prints what it saw; exit code 0 if all held. Root only. Where
the machine's cgroups are of version 1, limits of memory and tasks are set but not enforced.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.systemd.booted_machine import (
    PACKAGES,
    RUN_PYTHON,
    SOURCE,
    BootedMachine,
    booted_machine,
    wait_until,
)

BRIDGE, GRABBER, SOCKET = "camstrm-bridge.service", "camstrm-grab.service", "camstrm-bridge.socket"
CONFIG = "/etc/camstrm/camstrm.toml"
SOCKET_PATH = "/run/camstrm/camstrm.sock"

STALE_LIMIT_S = 1.5
STOP_LIMIT_S = 2.0
WATCHDOG_LIMIT_S = 15.0
LEAST_BUNDLES = 20


def config(cti: str, **changes: object) -> str:
    """Return a configuration of the simulator's cameras."""
    values = {"max_clients": 64, "quality": 80, "left_quality": 0, "port": 8765, **changes}
    cameras = "".join(
        f'[[camera]]\nserial = "{serial}"\nname = "{name}"\nquality = {quality}\n'
        '[camera.features]\nWidth = 640\nHeight = 480\nPixelFormat = "RGBa8"\n'
        "AcquisitionFrameRate = 60.0\n"
        for serial, name, quality in (("0", "left", values["left_quality"]), ("1", "right", 0))
    )
    return (
        f"[stream]\nquality = {values['quality']}\n[bridge]\nport = {values['port']}\n"
        f'max_clients = {values["max_clients"]}\n[[producer]]\ncti = "{cti}"\n{cameras}'
    )


class Watcher:
    """A viewer inside; what it sees, in order."""

    def __init__(self, machine: BootedMachine) -> None:
        self.seen: list[dict[str, Any]] = []
        self._machine = machine
        command = (*RUN_PYTHON, f"{SOURCE}/tests/systemd/watcher.py")
        token = "/var/lib/camstrm/token"
        self._process = subprocess.Popen(
            machine.command(*command, "http://127.0.0.1:8765/ws", token),
            stdout=subprocess.PIPE,
            text=True,
        )
        self._thread = threading.Thread(target=self._read, name="watcher")
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.seen.append(json.loads(line))

    def since(self, began: float, **what: object) -> float | None:
        """Return after how many seconds it saw this; None: not yet."""
        for seen in tuple(self.seen):
            if seen["t"] >= began and what.items() <= seen.items():
                return float(seen["t"]) - began
        return None

    def flowing(self, began: float) -> bool:
        """Whether a second with enough bundles has been seen since then."""
        return any(s["t"] >= began and s.get("bundles", 0) >= LEAST_BUNDLES for s in self.seen)

    def close(self) -> None:
        # nsenter waits for the process inside, which does not end with it.
        self._machine.run("pkill", "-f", "systemd/watcher.py")
        self._process.wait()
        self._thread.join()


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    print(f"{what} ...", flush=True)
    yield


def note(text: str) -> None:
    print(f"    {text}", flush=True)


def install(machine: BootedMachine, cti: str) -> None:
    places = "--system --home-dir /var/lib/camstrm --no-create-home --shell /usr/sbin/nologin"
    machine.must("useradd", *places.split(), "camstrm")
    machine.write(CONFIG, config(cti))
    for unit in (BRIDGE, GRABBER, SOCKET):
        machine.must("cp", f"{SOURCE}/deploy/{unit}", "/etc/systemd/system/")
    machine.must("systemctl", "daemon-reload")


def start(machine: BootedMachine) -> Watcher:
    with step("start: 'systemctl start' returns when they are ready"):
        began = time.monotonic()
        machine.must("systemctl", "start", BRIDGE, GRABBER)
        note(f"active after {time.monotonic() - began:.1f} s")
        for unit in (BRIDGE, GRABBER):
            note(f"{unit}: {machine.property(unit, 'StatusText')}")
            assert machine.property(unit, "ActiveState") == "active"
            pid = str(machine.pid(unit))
            assert machine.must("ps", "-o", "user=", "-p", pid) == "camstrm"
        assert machine.must("stat", "-c", "%a %U", "/run/camstrm") == "750 camstrm"
        watcher = Watcher(machine)
        took = wait_until("pictures", lambda: watcher.flowing(began))
        note(f"pictures after {took:.1f} s more")
        for unit in (BRIDGE, GRABBER):
            limits = ("MemoryMax", "TasksMax", "WatchdogUSec")
            note(f"{unit}: " + ", ".join(f"{n} {machine.property(unit, n)}" for n in limits))
        return watcher


def reload(machine: BootedMachine, watcher: Watcher, cti: str) -> None:
    bridge, grabber = machine.pid(BRIDGE), machine.pid(GRABBER)
    began = time.monotonic()
    with step("reload of the bridge with a right file"):
        machine.write(CONFIG, config(cti, max_clients=32, port=9000))
        machine.must("systemctl", "reload", BRIDGE)
        wait_until("a status", partial(machine.says, BRIDGE, "reloaded"))
        said = machine.property(BRIDGE, "StatusText")
        note(said)
        assert "applied: bridge.max_clients" in said
        assert "needs a restart: bridge.port" in said
    with step("reload with a mistake in the file"):
        machine.write(CONFIG, config(cti, max_clients=0))
        for unit in (BRIDGE, GRABBER):
            done = machine.run("systemctl", "reload", unit)
            assert done.returncode != 0
            note(machine.last_line(unit, "max_clients"))
            assert machine.property(unit, "ActiveState") == "active"
    with step("the same, when the file becomes wrong behind the check"):
        machine.must("systemctl", "kill", "--kill-who=main", "--signal=HUP", BRIDGE, GRABBER)
        for unit in (BRIDGE, GRABBER):
            wait_until("an answer", partial(machine.says, unit, "nothing has changed"))
            note(f"{unit}: {machine.property(unit, 'StatusText')}")
    with step("reload of the grabber: one camera with another quality"):
        before = camera_processes(machine)
        machine.write(CONFIG, config(cti, left_quality=60))
        machine.must("systemctl", "reload", GRABBER)
        wait_until("a status", partial(machine.says, GRABBER, "applied"))
        note(machine.property(GRABBER, "StatusText"))
        wait_until("its process again", lambda: len(camera_processes(machine) - before) == 1)
        wait_until("the old one's end", lambda: len(camera_processes(machine)) == len(before))
        note(f"camera processes before {sorted(before)}, after {sorted(camera_processes(machine))}")
        now = time.monotonic()
        wait_until("pictures", lambda: watcher.flowing(now))
    assert (machine.pid(BRIDGE), machine.pid(GRABBER)) == (bridge, grabber)
    assert watcher.since(began, lost=True) is None
    note("no viewer was cut off, no process but that camera's was started again")


def camera_processes(machine: BootedMachine) -> set[int]:
    found = machine.run("pgrep", "-x", "camstrm-camera").stdout.split()
    return {int(pid) for pid in found}


def stopped_grabber(machine: BootedMachine, watcher: Watcher) -> None:
    with step("grabber stopped (SIGSTOP): stale for viewers, restarted by the watchdog"):
        pid = machine.pid(GRABBER)
        began = time.monotonic()
        machine.must("kill", "-STOP", str(pid))
        wait_until("no input", lambda: watcher.since(began, input="none"))
        stale_s = watcher.since(began, input="none")
        assert stale_s is not None
        note(f'viewers see "no input" after {stale_s:.2f} s')
        assert stale_s <= STALE_LIMIT_S
        took = wait_until("restarted", lambda: machine.pid(GRABBER) not in (0, pid), 40.0)
        note(f"new process {stale_s + took:.1f} s after the stop")
        assert stale_s + took <= WATCHDOG_LIMIT_S
        again = time.monotonic()
        took = wait_until("pictures", lambda: watcher.flowing(again))
        note(f"pictures {took:.1f} s after that; bundles flow, viewer still connected")
        assert watcher.since(began, lost=True) is None
        said = machine.journal(GRABBER)
        assert "Fatal Python error: Aborted" in said
        note("the journal has where it stood")


def stopped_bridge(machine: BootedMachine, watcher: Watcher) -> None:
    with step("bridge stopped: restarted by the watchdog, the grabber goes on"):
        pid, grabber = machine.pid(BRIDGE), machine.pid(GRABBER)
        began = time.monotonic()
        machine.must("kill", "-STOP", str(pid))
        took = wait_until("restarted", lambda: machine.pid(BRIDGE) not in (0, pid), 40.0)
        note(f"new process after {took:.1f} s")
        assert took <= WATCHDOG_LIMIT_S
        again = time.monotonic()
        took = wait_until("pictures", lambda: watcher.flowing(again))
        note(f"pictures {took:.1f} s after that")
        assert machine.pid(GRABBER) == grabber
        assert watcher.since(began, lost=True) is not None


def killed(machine: BootedMachine, watcher: Watcher) -> None:
    for unit, other in ((GRABBER, BRIDGE), (BRIDGE, GRABBER)):
        with step(f"kill -9 of {unit}"):
            pid, survivor = machine.pid(unit), machine.pid(other)
            machine.must("kill", f"-{signal.SIGKILL}", str(pid))
            took = wait_until("again", lambda: machine.pid(unit) not in (0, pid))  # noqa: B023  called here
            again = time.monotonic()
            more = wait_until("pictures", lambda: watcher.flowing(again))  # noqa: B023  called here
            note(f"again after {took:.1f} s, pictures {more:.1f} s after that")
            assert machine.pid(other) == survivor


def stop(machine: BootedMachine) -> None:
    for unit, other in ((GRABBER, BRIDGE), (BRIDGE, None)):
        with step(f"stop of {unit}"):
            began = time.monotonic()
            machine.must("systemctl", "stop", unit)
            took = time.monotonic() - began
            note(f"{took:.2f} s, {machine.property(unit, 'Result')}")
            assert took < STOP_LIMIT_S
            assert machine.property(unit, "Result") == "success"
            if other is not None:
                assert machine.property(other, "ActiveState") == "active"
    assert not camera_processes(machine)


def activation(machine: BootedMachine) -> None:
    with step("socket activation: the grabber's connection starts the bridge"):
        machine.must("systemctl", "start", SOCKET)
        assert machine.property(BRIDGE, "ActiveState") == "inactive"
        machine.must("systemctl", "start", GRABBER)
        took = wait_until("active", lambda: machine.property(BRIDGE, "ActiveState") == "active")
        note(f"the bridge is active after {took:.1f} s")
        inode = machine.must("stat", "-c", "%i", SOCKET_PATH)
        pid = machine.pid(BRIDGE)
        machine.must("kill", f"-{signal.SIGKILL}", str(pid))
        wait_until("again", lambda: machine.pid(BRIDGE) not in (0, pid))
        assert machine.must("stat", "-c", "%i", SOCKET_PATH) == inode
        watcher = Watcher(machine)
        try:
            again = time.monotonic()
            wait_until("pictures", lambda: watcher.flowing(again))
        finally:
            watcher.close()
        note("kill -9 of the bridge: the socket is the same, pictures flow")
        machine.must("systemctl", "stop", GRABBER, SOCKET, BRIDGE)


def mistake(machine: BootedMachine) -> None:
    with step("a mistake in the configuration at the start"):
        machine.write(CONFIG, "[stream]\nfps = 1000\n")
        for unit in (BRIDGE, GRABBER):
            done = machine.run("systemctl", "start", unit)
            assert done.returncode != 0
            assert machine.property(unit, "ExecMainStatus") == "2"
            assert machine.property(unit, "ActiveState") == "failed"
            assert machine.property(unit, "NRestarts") == "0"
        note(machine.last_line(GRABBER, "stream.fps"))


def exposure(machine: BootedMachine) -> None:
    with step("what systemd-analyze security says"):
        for unit, most in ((BRIDGE, 1.5), (GRABBER, 2.5)):
            table = machine.must("systemd-analyze", "security", "--no-pager", unit)
            score = float(table.splitlines()[-1].split(":")[1].split()[0])
            note(f"{unit}: {score}")
            assert score <= most


def main() -> None:
    import genicam

    package = Path(genicam.__file__).parent
    cti = f"{PACKAGES}/{package.name}/viky.cti"
    with booted_machine() as machine:
        note(machine.must("systemctl", "--version").splitlines()[0])
        install(machine, cti)
        try:
            watcher = start(machine)
            try:
                exposure(machine)
                reload(machine, watcher, cti)
                stopped_grabber(machine, watcher)
                stopped_bridge(machine, watcher)
                killed(machine, watcher)
            finally:
                watcher.close()
            stop(machine)
            activation(machine)
            mistake(machine)
        except BaseException:
            for unit in (BRIDGE, GRABBER):
                print(f"--- {unit}")
                print(machine.journal(unit)[-5000:])
            raise
    print("all held")


if __name__ == "__main__":
    main()
