"""ProcessLink: the grabber's end of one camera process, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from camstrm.errors import WireError
from camstrm.feed.open_calls import CallBack, OpenCalls
from camstrm.feed.packet_protocol import PacketProtocol, open_packets
from camstrm.grab.camera.exit_code import ExitCode
from camstrm.grab.camera.group import ProcessGroup
from camstrm.grab.child_lines import ChildLines
from camstrm.grab.exit_watch import ExitWatch
from camstrm.grab.processes.child_log import ChildLog
from camstrm.grab.processes.spare_process import ForkedProcess, SpareProcess
from camstrm.wire import (
    PROCESS_DOWN,
    PROCESS_UP,
    Call,
    FrameBundle,
    FrameRequest,
    Live,
    LogLevel,
    Packet,
    PacketKind,
    Reply,
    Report,
    Start,
    Stop,
    decode_bundle,
    decode_data,
    refusal,
)

__all__ = ["MAX_UNREAD", "LinkHandlers", "ProcessLink"]

_log = logging.getLogger(__name__)

MAX_UNREAD = 65536
"""Bytes of messages that may wait for a camera process that does not read; later calls are
refused. The silence timeout ends such a process, so nothing would come of them."""

_Process: TypeAlias = "subprocess.Popen[bytes] | ForkedProcess"

_EXIT_S = 0.5
"""After the end of its connection; a process that takes longer lives on without it, and is
killed. One that is ending already keeps its exit code."""

_KILLED_S = 0.5
"""After that; a process that is still there hangs in the kernel."""


@dataclass(frozen=True)
class LinkHandlers:
    """What a link calls; ``gone`` at most once, with the reason in words.

    ``live``: what was set of a camera while it ran.
    """

    bundle: Callable[[ProcessLink, FrameBundle], None]
    report: Callable[[ProcessLink, Report], None]
    gone: Callable[[ProcessLink, str], None]
    live: Callable[[ProcessLink, Live], None] = lambda *_: None


class ProcessLink:
    """Starts a camera process, asks it for pictures, and ends it.

    At most one request is under way: a process that is slow is not asked again before it
    has answered. Made and used in the running loop; nothing here may be called from another thread.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        running: Callable[[], float],
        group: ProcessGroup,
        handlers: LinkHandlers,
        spare: SpareProcess | None = None,
    ) -> None:
        """Start the process (a thread of this one with ``process.single_process``).

        ``running`` is a clock that stands still while this process does; ``spare`` forks the
        process, if it can. Raises OSError when the process cannot be started.
        """
        self.group = group
        self.started_s = loop.time()
        self.last_heard_s = running()
        """When the process last said anything, by ``running``."""
        self.busy = False
        """Whether a request is under way."""
        self.opened = False
        """Whether the process has reported its cameras: requests are of no use before."""
        self.calls = OpenCalls()
        """Calls that the process has to answer; the supervisor answers when it is gone."""
        self._loop = loop
        self._running = running
        self._handlers = handlers
        self._process: _Process | None = None  # None: a thread
        self._log: ChildLog | None = None  # what the process writes to standard error
        self._thread: threading.Thread | None = None
        self._alive = True  # until the process was reaped, or the thread has ended
        self._connected = True  # until the connection is over
        self._ended = asyncio.Event()  # both are over
        self._gone = False  # the process is neither listened to nor asked any more
        self._reason = ""  # why that is, where the grabber itself has ended it
        self._fatal = ""  # why the process cannot go on, in its own words
        # Runs from the connection's end until the process has ended or counts as hanging.
        self._exit_timer: asyncio.TimerHandle | None = None
        self._cut = False  # killed because it did not end with its connection
        ours: socket.socket | None
        if group.process.single_process:
            ours = self._start_thread()
        else:
            ours = self._connect(spare.fork) if spare is not None else None
            ours = ours or self._connect(self._start_process)
            assert ours is not None
        self._packets = PacketProtocol(self._read, self._disconnected, on_open=self._send_start)
        open_packets(ours, self._packets)

    @property
    def pid(self) -> int | None:
        """Process id, None for a thread."""
        return self._process.pid if self._process is not None else None

    @property
    def ended(self) -> bool:
        """Whether the process (or thread) and the connection are over, and nothing is left."""
        return self._ended.is_set()

    def request(self, message: FrameRequest) -> bool:
        """Ask for pictures; False when the process is gone or still has to answer."""
        if self._gone or self.busy or not self.opened:
            return False
        self._packets.send_text(PROCESS_DOWN.encode(message))
        self.busy = self._packets.is_open
        return self.busy

    def call(self, call: Call, back: CallBack) -> None:
        """Pass a call on, behind what was sent before; ``back`` gets its reply in any case."""
        name = self.group.name
        if not self._gone and not self._packets.is_open:
            problem = f"the process of camera {name} is just being started"
            back.replied(refusal(call.id, "gone", problem, "Ask again"))
            return
        if not self._gone and self._packets.unsent > MAX_UNREAD:
            problem = f"the process of camera {name} does not take calls at the moment"
            back.replied(refusal(call.id, "busy", problem, "Ask again"))
            return
        passed = self.calls.open(call, back)
        # One that has ended and is not known yet as gone: the supervisor answers in a moment.
        if passed is not None and not self._gone:
            self._packets.send_text(PROCESS_DOWN.encode(passed))

    def log_from(self, level: str) -> None:
        """Let the process log lines of ``level`` and above, also one that is just being started."""
        self.group = msgspec.structs.replace(self.group, log_level=level)
        if not self._gone:
            self._packets.send_text(PROCESS_DOWN.encode(LogLevel(level)))

    def stop(self) -> None:
        """Ask the process to close its cameras and end; no handler is called any more."""
        if not self._gone:
            self._packets.send_text(PROCESS_DOWN.encode(Stop()))
        # A process that is sending a picture would wait for its reader before it looks at
        # the Stop; the end of the connection says the same at once.
        self._hang_up()
        if self._exit_timer is not None:
            self._exit_timer.cancel()
            self._exit_timer = None

    def kill(self, reason: str) -> None:
        """End the process at once; ``gone`` is called with ``reason``."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._end(reason)

    def ended_in_order(self) -> bool:
        """Return whether the process has ended by itself, which closes its cameras."""
        if self._process is None:
            return True
        code = self._process.poll()
        return code is not None and code in tuple(ExitCode)

    async def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when it is still running after ``timeout_s``."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._ended.wait(), timeout_s)
        return self.ended

    def _connect(self, start: Callable[[socket.socket], _Process | None]) -> socket.socket | None:
        """Return our end of the connection to the process that ``start`` gives the other end."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = start(theirs)
        except OSError:
            ours.close()
            raise
        if process is None:
            ours.close()
            return None
        assert process.stderr is not None
        self._process = process
        lines = ChildLines(self.group.name, self.group.serials)
        self._log = ChildLog(self._loop, process.stderr, lines.show)
        ExitWatch(self._loop, process, lambda _: self._over())
        return ours

    def _start_process(self, theirs: socket.socket) -> _Process:
        python = self.group.python or sys.executable
        return subprocess.Popen(
            [python, "-m", "camstrm.grab.camera.process", str(theirs.fileno())],
            env=self.group.environment or None,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # A terminal's Ctrl-C and hang-up are for the grabber, which stops this process.
            start_new_session=True,
        )

    def _start_thread(self) -> socket.socket:
        # Late: only here does the grabber's own process load GenTL.
        from camstrm.grab.camera.process import CameraProcess

        def run() -> None:
            try:
                with theirs:
                    CameraProcess(theirs).run()
            finally:
                # A thread that could not be ended in time may find the loop closed.
                with contextlib.suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._over)

        ours, theirs = socket.socketpair()
        self._thread = threading.Thread(target=run, name=f"cameras-{self.group.name}")
        self._thread.start()
        return ours

    def _send_start(self, _sock: socket.socket) -> None:
        self._packets.send_text(PROCESS_DOWN.encode(Start(self.group.to_settings())))

    def _read(self, packets: list[Packet]) -> None:
        if packets:
            self.last_heard_s = self._running()
        for packet in packets:
            if not self._gone:
                self._packet(packet)

    def _packet(self, packet: Packet) -> None:
        if packet.kind is PacketKind.BUNDLE:
            self.busy = False
            self._handlers.bundle(self, decode_bundle(packet.payload))
            return
        if packet.kind is PacketKind.DATA:
            self.calls.data_came(*decode_data(packet.payload))
            return
        message = PROCESS_UP.decode(packet.payload)
        if isinstance(message, Reply):
            self.calls.replied(message)
        elif isinstance(message, Report):
            self.opened = self.opened or bool(message.cameras)
            self._fatal = message.fatal
            self._handlers.report(self, message)
        elif isinstance(message, Live):
            self._handlers.live(self, message)

    def _disconnected(self, error: OSError | WireError | None) -> None:
        self._connected = False
        if isinstance(error, WireError):
            self.kill(f"its process sent something else than pictures ({error})")
        else:
            self._end("")
        self._look_at_end()

    def _over(self) -> None:
        """Take note of the end of the process, which was reaped, or of the thread."""
        self._alive = False
        if self._log is not None:
            self._log.close()
        if self._thread is not None:
            self._thread.join()  # this call was the last that it did
        self._look_at_end()

    def _end(self, reason: str) -> None:
        if not self._gone:
            self._reason = reason
            self._hang_up()
            # The exit code says why a process has closed its connection.
            self._exit_timer = self._loop.call_later(_EXIT_S, self._cut_off)

    def _hang_up(self) -> None:
        self._gone = True
        self.busy = False
        self._packets.abort()

    def _look_at_end(self) -> None:
        if not self._connected and not self._alive:
            self._ended.set()
            if self._exit_timer is not None:
                self._exit_timer.cancel()
                self._tell_gone()

    def _cut_off(self) -> None:
        """Kill a process that lives on without its connection, and wait for what it ended with."""
        if self._process is None or not self._alive or self._reason:
            self._tell_gone()
            return
        self._cut = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._exit_timer = self._loop.call_later(_KILLED_S, self._tell_gone)

    def _tell_gone(self) -> None:
        self._exit_timer = None
        self._handlers.gone(self, self._reason or self._fatal or self._exit_reason())

    def _exit_reason(self) -> str:
        code = self._process.poll() if self._process is not None else 0
        if code is None or (self._cut and code == -signal.SIGKILL):
            return "its process closed the connection"
        if self._log is None:
            return f"its process ended with code {code}"
        return f"its process {self._log.describe_end(code)}"
