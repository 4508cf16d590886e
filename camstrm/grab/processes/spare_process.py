"""SpareProcess: the grabber's side of a process that forks camera processes."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import IO, TYPE_CHECKING

from camstrm.grab.camera.spare import ANSWER, READY

if TYPE_CHECKING:
    # The grabber starts a spare process before it imports anything large.
    import asyncio

    from camstrm.grab.camera.group import ProcessGroup

__all__ = ["ForkedProcess", "SpareProcess", "SpareProcesses"]

_log = logging.getLogger(__name__)

_Environment = frozenset[tuple[str, str]]

_READY_S = 20.0
"""For its imports (0.3 s of CPU); without it, camera processes are started one by one."""

_FORK_S = 1.0
"""For a fork, which takes some ms; the grabber waits for it."""

_END_S = 0.5
"""For the end of a spare process, which has nothing to put in order."""

_PR_SET_CHILD_SUBREAPER = 36


class ForkedProcess:
    """A child of this process that another one has forked: what Popen is for its own."""

    def __init__(self, pid: int, stderr: IO[bytes]) -> None:
        self.pid = pid
        self.stderr = stderr
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs. Reaps it."""
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self.returncode = -signal.SIGKILL
            else:
                if pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def kill(self) -> None:
        """Send SIGKILL unless it was reaped."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


class SpareProcess:
    """Forks camera processes with one environment, as soon as it has imported all.

    ``settled``: whether it is known if it can be used. One that cannot is no error: camera
    processes then start by themselves, only later.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Start it; the sooner, the less anybody waits for it. Raises OSError."""
        self.settled = False
        self._usable = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: list[Callable[[], None]] = []
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "camstrm.grab.camera.spare", str(theirs.fileno())],
                    env=dict(environment),
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    # What fails in it fails again, and is said, in the process that is then
                    # started without it.
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
        except OSError:
            self._control.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Learn in this loop when it is ready."""
        self._loop = loop
        self._control.setblocking(False)
        loop.add_reader(self._control, self._ready)
        self._timer = loop.call_later(_READY_S, self._give_up)

    def when_settled(self, call: Callable[[], None]) -> None:
        """Call back from the loop as soon as it is ready, or known to be of no use."""
        self._waiting.append(call)

    def fork(self, camera: socket.socket) -> ForkedProcess | None:
        """Fork a camera process; None if that is not possible.

        ``camera`` is its connection, which stays the caller's. After None it must not be used:
        somebody might have its other side.
        """
        if not self._usable:
            return None
        errors, theirs = os.pipe()
        stderr = open(errors, "rb", buffering=0)  # noqa: PTH123, SIM115  a descriptor
        _adopt_orphans(True)
        try:
            self._control.settimeout(_FORK_S)
            socket.send_fds(self._control, [b"fork"], [camera.fileno(), theirs])
            (pid,) = ANSWER.unpack(self._control.recv(ANSWER.size))
            self._control.setblocking(False)
            if pid > 0:
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                return ForkedProcess(pid, stderr)
        except (OSError, struct.error) as error:
            # Also a child that is not ours, on a system that knows no subreapers. Its
            # connection ends when the caller closes the other side.
            _log.debug("the spare process does not fork: %s", error)
            self._give_up()
        finally:
            _adopt_orphans(False)
            os.close(theirs)
        stderr.close()
        return None

    def stop(self) -> None:
        """End it; the processes that it has forked live on."""
        self._waiting.clear()
        self._give_up()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)

    def _ready(self) -> None:
        try:
            said = self._control.recv(len(READY))
        except OSError:
            said = b""
        if said != READY:
            self._give_up()
            return
        self._usable = True
        self._settle()

    def _give_up(self) -> None:
        self._usable = False
        if self._control.fileno() >= 0:
            if self._loop is not None:
                self._loop.remove_reader(self._control)
            self._control.close()
            self._process.kill()
        self._settle()

    def _settle(self) -> None:
        self.settled = True
        if self._timer is not None:
            self._timer.cancel()
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()


class SpareProcesses:
    """One spare process for each environment that camera processes have; ``with`` ends them."""

    def __init__(self) -> None:
        self._spares: dict[_Environment, SpareProcess] = {}

    def __enter__(self) -> SpareProcesses:
        return self

    def __exit__(self, *_: object) -> None:
        self.keep([])

    def start(self, environment: Mapping[str, str]) -> None:
        """Start one for camera processes with this environment, if there is none yet."""
        key = frozenset(environment.items())
        # Only Linux lets the grabber adopt what another process has forked.
        if sys.platform == "linux" and key not in self._spares:
            try:
                self._spares[key] = SpareProcess(environment)
            except OSError as error:
                _log.debug("no spare process: %s", error)

    def keep(self, environments: Iterable[Mapping[str, str]]) -> None:
        """Start one for each of these environments, and end those for others."""
        wanted = {frozenset(e.items()): e for e in environments}
        for key in [key for key in self._spares if key not in wanted]:
            self._spares.pop(key).stop()
        for environment in wanted.values():
            self.start(environment)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Learn in this loop when they are ready."""
        for spare in self._spares.values():
            spare.watch(loop)

    def of(self, group: ProcessGroup) -> SpareProcess | None:
        """Return the one that can fork the process of a group."""
        if group.python or group.process.single_process:
            return None
        return self._spares.get(frozenset(group.environment.items()))


def _adopt_orphans(yes: bool) -> None:
    """Become the parent of what processes below this one leave behind, or no longer."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(yes), 0, 0, 0)
