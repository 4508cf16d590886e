"""ProcessLink: the grabber's end of one camera process, from its start to its end."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from camstrm.errors import WireError
from camstrm.feed.packet_socket import PacketConnection
from camstrm.grab.loop import READ, WRITE, Loop
from camstrm.grab.processes.child_log import ChildLog
from camstrm.grab.processes.group import ProcessGroup
from camstrm.grab.processes.spare_process import ForkedProcess, SpareProcess
from camstrm.wire import (
    PROCESS_DOWN,
    PROCESS_UP,
    FrameBundle,
    FrameRequest,
    Packet,
    PacketKind,
    Report,
    Start,
    Stop,
    decode_bundle,
)

__all__ = ["LinkHandlers", "ProcessLink"]

_log = logging.getLogger(__name__)

_EXIT_CODE_S = 0.03
"""Between the end of a process's connection and the question for its exit code."""

_EXIT_CODE_TRIES = 16
"""How often that is asked, before a process counts as one that lives on without it."""

_ORDERLY_CODES = (0, 3, 4)
"""Exit codes of a camera process that has closed its cameras (see CameraProcess.run)."""


@dataclass(frozen=True)
class LinkHandlers:
    """What a link calls; ``gone`` exactly once, with the reason in words."""

    bundle: Callable[[ProcessLink, FrameBundle], None]
    report: Callable[[ProcessLink, Report], None]
    gone: Callable[[ProcessLink, str], None]


class ProcessLink:
    """Starts a camera process, asks it for pictures, and ends it.

    At most one request is under way: a process that is slow is not asked again before it
    has answered. ``started_s``: monotonic clock; ``last_heard_s``: the loop's ``running_s``.
    """

    def __init__(
        self,
        loop: Loop,
        group: ProcessGroup,
        handlers: LinkHandlers,
        spare: SpareProcess | None = None,
    ) -> None:
        """Start the process (a thread of this one with ``process.single_process``).

        ``spare`` forks it, if it can. Raises OSError when the process cannot be started.
        """
        self.group = group
        self.started_s = time.monotonic()
        self.last_heard_s = loop.running_s
        self.busy = False
        self.opened = False
        self._loop = loop
        self._handlers = handlers
        self._process: subprocess.Popen[bytes] | ForkedProcess | None = None
        self._log: ChildLog | None = None
        self._thread: threading.Thread | None = None
        self._gone = False
        self._fatal = ""
        ours = self._fork(spare) if spare is not None else None
        self._connection = PacketConnection(ours or self._start())
        self._connection.queue_text(PROCESS_DOWN.encode(Start(group.to_settings())))
        self._flush()

    @property
    def pid(self) -> int | None:
        """Process id, None for a thread."""
        return self._process.pid if self._process is not None else None

    def request(self, message: FrameRequest) -> bool:
        """Ask for pictures; False when the process is gone or still has to answer."""
        if self._gone or self.busy or not self.opened:
            return False
        self.busy = True
        self._connection.queue_text(PROCESS_DOWN.encode(message))
        self._flush()
        return not self._gone

    def stop(self) -> None:
        """Ask the process to close its cameras and end; it is listened to no more."""
        if not self._gone:
            self._connection.queue_text(PROCESS_DOWN.encode(Stop()))
            self._flush()
            # A process that is sending a picture would wait for its reader before it
            # looks at the Stop; the end of the connection says the same at once.
            self._end("stopped")

    def kill(self, reason: str) -> None:
        """End the process at once; ``gone`` is called with ``reason``."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._end(reason)

    def ended(self) -> bool:
        """Return whether the process (or thread) is over; reaps it."""
        if self._thread is not None:
            return not self._thread.is_alive()
        if self._process is not None and self._process.poll() is None:
            return False
        self._close_log()
        return True

    def ended_in_order(self) -> bool:
        """Return whether the process has ended by itself, which closes its cameras."""
        if self._thread is not None:
            return True
        return self._process is not None and self._process.poll() in _ORDERLY_CODES

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when it is still running after ``timeout_s``."""
        if self._thread is not None:
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        if self._process is not None:
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                return False
            self._close_log()
        return True

    def _close_log(self) -> None:
        if self._log is not None:
            self._log.close()

    def _fork(self, spare: SpareProcess) -> socket.socket | None:
        ours, theirs = socket.socketpair()
        errors, theirs_errors = os.pipe()
        try:
            with theirs:
                self._process = spare.fork(theirs, theirs_errors)
        finally:
            os.close(theirs_errors)
        if self._process is None:
            ours.close()
            os.close(errors)
            return None
        self._log = ChildLog(self._loop, open(errors, "rb", buffering=0))  # noqa: PTH123, SIM115
        return ours

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        if self.group.process.single_process:
            self._start_thread(theirs)
            return ours
        try:
            with theirs:
                self._process = self._start_process(theirs)
        except OSError:
            ours.close()
            raise
        return ours

    def _start_process(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [
                self.group.python or sys.executable,
                "-m",
                "camstrm.grab.camera.process",
                str(theirs.fileno()),
            ],
            env=self.group.environment or None,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # A terminal's Ctrl-C and hang-up are for the grabber, which tells this process.
            start_new_session=True,
        )
        assert process.stderr is not None
        self._log = ChildLog(self._loop, process.stderr)
        return process

    def _start_thread(self, theirs: socket.socket) -> None:
        # Late: only here does the grabber's own process load GenTL.
        from camstrm.grab.camera.process import CameraProcess

        def run() -> None:
            with theirs:
                CameraProcess(theirs).run()

        self._thread = threading.Thread(target=run, name=f"cameras-{self.group.name}")
        self._thread.start()

    def _flush(self) -> None:
        try:
            self._connection.flush()
        except OSError:
            self._end()
            return
        events = READ if self._connection.idle else READ | WRITE
        self._loop.watch(self._connection, events, self._ready)

    def _ready(self, events: int) -> None:
        if events & READ:
            try:
                packets = self._connection.receive()
                for packet in packets:
                    self._packet(packet)
            except OSError:
                self._end()
                return
            except WireError as error:
                self.kill(f"its process sent something else than pictures ({error})")
                return
        if not self._gone:
            self._flush()

    def _packet(self, packet: Packet) -> None:
        self.last_heard_s = self._loop.running_s
        if packet.kind is PacketKind.BUNDLE:
            self.busy = False
            self._handlers.bundle(self, decode_bundle(packet.payload))
            return
        message = PROCESS_UP.decode(packet.payload)
        if isinstance(message, Report):
            self.opened = self.opened or bool(message.cameras)
            self._fatal = message.fatal
            self._handlers.report(self, message)

    def _exit_reason(self) -> str:
        if self._fatal:
            return self._fatal
        code = self._process.poll() if self._process is not None else 0
        if code is None:
            return "its process closed the connection"
        if self._log is None:
            return f"its process ended with code {code}"
        return f"its process {self._log.describe_end(code)}"

    def _end(self, reason: str = "") -> None:
        if self._gone:
            return
        self._gone = True
        self.busy = False
        self._loop.unwatch(self._connection)
        self._connection.close()
        self._tell_gone_later(reason, _EXIT_CODE_TRIES)

    def _tell_gone_later(self, reason: str, tries: int) -> None:
        # Later: the caller may still be inside the constructor or a loop over links, and
        # a process that closed its socket needs a moment until its exit code is there.
        def tell() -> None:
            if reason or self._fatal or self.ended() or tries <= 1:
                self._handlers.gone(self, reason or self._exit_reason())
            else:
                self._tell_gone_later(reason, tries - 1)

        self._loop.call_later(_EXIT_CODE_S, tell)
