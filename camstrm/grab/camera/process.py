"""The camera process: owns cameras of one producer, answers requests for pictures.

Started as ``python -m camstrm.grab.camera.process FD`` with one end of a socket pair as
file descriptor FD. The first packet says what to open (Start); then each FrameRequest is
answered with a FrameBundle of this process's cameras, and each Call with a Reply. Reports go
out when a camera's condition changes and twice a second. The end of the connection is the end of
the process.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from itertools import chain

import cv2
import msgspec

from camstrm.acquisition.child import end_child
from camstrm.acquisition.child_text import in_words
from camstrm.acquisition.gentl.producer import GentlProducer
from camstrm.acquisition.worker.configure import CameraConfigurator
from camstrm.acquisition.worker.settings import acquisition_settings
from camstrm.acquisition.worker.worker import AcquisitionWorker
from camstrm.errors import CamstrmError, ProducerError, WireError
from camstrm.feed.packet_socket import BlockingPacketSocket
from camstrm.grab.camera.call_desk import CallDesk
from camstrm.grab.camera.channel import CameraChannel
from camstrm.grab.camera.claim import CameraClaim
from camstrm.grab.camera.deadman import Deadman
from camstrm.grab.camera.examiner import Examiner
from camstrm.grab.camera.exit_code import ExitCode
from camstrm.grab.camera.feature_calls import FeatureCalls
from camstrm.grab.camera.group import ProcessGroup
from camstrm.grab.camera.last_step import StepWriter
from camstrm.grab.camera.main_features import MainFeatures
from camstrm.imaging import PictureEncoder
from camstrm.log_lines import RECORD_MARK, JsonFormatter, about_camera
from camstrm.wire import (
    PROCESS_DOWN,
    PROCESS_UP,
    Call,
    CameraFrame,
    FrameBundle,
    FrameRequest,
    Live,
    LogLevel,
    Packet,
    PacketKind,
    Report,
    Start,
    Stop,
    encode_bundle_parts,
    fitted,
)

__all__ = ["CameraProcess"]

_log = logging.getLogger(__name__)

_REPORT_S = 0.5
"""Longest time between two reports."""

_DEADMAN_SPARE_S = 5.0
"""How much later than the grabber a process ends itself."""


class CameraProcess:
    """Main thread of a camera process; also runs in a thread for ``--single-process``."""

    def __init__(self, sock: socket.socket, *, deadman: bool = False) -> None:
        """Serve ``sock``; ``deadman`` lets the kernel end a process that hangs for good.

        The producer may hold the GIL for ever, and the grabber that would kill this process
        may be gone: SIGALRM ends it without help of any Python code. Not for a thread.
        """
        self._wants_deadman = deadman
        self._deadman: Deadman | None = None
        # A grabber that was stopped takes nothing until it goes on; one that ended closes it.
        self._socket = BlockingPacketSocket(sock, on_wait=self._arm_deadman)
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._desk = CallDesk(self._wake)
        self._examiner = Examiner()
        self._early: Sequence[Packet] = ()
        """What came with the Start, behind it."""
        self._changed = False
        """Whether a camera's condition has changed since the last report; set by any thread."""
        self._lives: set[int] = set()
        """Cameras whose live values have changed since they were sent; added to by any thread."""
        self._channels: dict[int, CameraChannel] = {}
        self._claim: CameraClaim | None = None
        self._producer: GentlProducer | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._steps = StepWriter("")
        self._stop_timeout_s = 1.5
        self._context = ExitStack()
        """Lets the lines of this thread name the camera, where the process has one only."""

    def run(self) -> ExitCode:
        """Serve until Stop or until the grabber is gone."""
        try:
            group = self._await_start()
            if group is None:
                return ExitCode.DONE
            try:
                self._open(group)
            except OSError as error:
                # Not from the socket, which nothing is sent through while the cameras open.
                cause = in_words(f"{type(error).__name__}: {error}")
                self._last_word(f"its process failed: {cause}")
                return ExitCode.FAILED
            self._serve()
        except ProducerError as error:
            self._last_word(str(error))
            return ExitCode.NO_PRODUCER
        except (OSError, WireError) as error:
            _log.debug("the grabber is gone: %s", error)
        except CamstrmError as error:
            self._last_word(str(error))
            return ExitCode.FAILED
        finally:
            self._close()
        return ExitCode.DONE

    def _await_start(self) -> ProcessGroup | None:
        while True:
            packets = self._socket.receive()
            for position, packet in enumerate(packets):
                message = PROCESS_DOWN.decode(packet.payload)
                if isinstance(message, Stop):
                    return None
                if isinstance(message, Start):
                    self._early = packets[position + 1 :]
                    try:
                        return msgspec.convert(message.settings, ProcessGroup)
                    except msgspec.ValidationError as error:
                        raise WireError("start", str(error)) from None

    def _open(self, group: ProcessGroup) -> None:
        logging.getLogger().setLevel(group.log_level)
        self._stop_timeout_s = group.process.stop_timeout_s
        process = group.process
        if len(group.cameras) == 1:
            self._context.enter_context(about_camera(group.name, group.serials))
        if self._wants_deadman:
            patience_s = max(process.open_timeout_s, process.silence_timeout_s)
            self._deadman = Deadman(_DEADMAN_SPARE_S + patience_s)
        encoding = group.profile.quirks.text_encoding
        shared = len(group.cameras) > 1
        self._claim = CameraClaim(group.cti, [c.settings.serial for c in group.cameras])
        self._producer = GentlProducer(group.cti, text_encoding=encoding, shared=shared)
        self._producer.open()
        self._steps = StepWriter(group.last_step)
        if shared:
            self._pool = ThreadPoolExecutor(len(group.cameras), thread_name_prefix="encode")
        for camera in group.cameras:
            stream, serial = group.stream.for_camera(camera.settings), camera.settings.serial
            profile = camera.profile or group.profile
            worker = AcquisitionWorker(
                self._producer,
                acquisition_settings(
                    profile.quirks,
                    camera.settings,
                    group.process,
                    shared=shared,
                    heartbeat_s=group.heartbeats_s.get(serial, 0.0),
                    locked_until_s=group.locked_until_s.get(serial, 0.0),
                    gone_s=group.gone_s,
                ),
                CameraConfigurator(
                    profile,
                    camera.settings,
                    cti=group.cti,
                    candidates={} if camera.profile else group.candidates,
                    siblings=group.siblings,
                    left_out=group.left_out.get(serial, ()),
                    known=bool(group.gone_s),
                    note_step=self._steps.note,
                ),
                on_change=self._condition_changed,
            )
            encoder = PictureEncoder(
                max_width=stream.max_width, max_height=stream.max_height, quality=stream.quality
            )
            label = camera.settings.label
            self._channels[camera.index] = CameraChannel(camera.index, label, worker, encoder)
            main_features = MainFeatures(worker.control.submit)
            examined = self._examiner.add(camera.index, label, worker, main_features.read)
            self._desk.register(camera.index, label, examined)
            features = FeatureCalls(worker, worker.control, encoding=profile.quirks.text_encoding)
            self._desk.register(camera.index, label, features.handlers())
            live = worker.control.live
            live.keep(group.live.get(serial, ()))
            live.on_change = partial(self._live_changed, camera.index)
        for channel in self._channels.values():
            channel.worker.start()
        self._examiner.start()

    def _arm_deadman(self) -> None:
        if self._deadman is not None:
            self._deadman.arm()

    def _serve(self) -> None:
        if not self._answer(self._early):
            return
        next_report = 0.0
        with selectors.DefaultSelector() as selector:
            wire = selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake_in, selectors.EVENT_READ)
            while True:
                self._arm_deadman()
                # Data goes when the kernel has room: a piece never blocks this thread.
                events = selectors.EVENT_READ
                if self._desk.replies.has_data:
                    events |= selectors.EVENT_WRITE
                if events != wire.events:
                    wire = selector.modify(self._socket, events)
                room = False
                for key, mask in selector.select(max(0.0, next_report - time.monotonic())):
                    if key.fileobj is self._wake_in:
                        self._wake_in.recv(4096)
                        continue
                    room = bool(mask & selectors.EVENT_WRITE)
                    if mask & selectors.EVENT_READ and not self._answer(self._socket.receive()):
                        return
                # A caller that has the reply to a change can rely on the grabber to know of it.
                self._send_lives()
                self._send_replies()
                if self._changed or time.monotonic() >= next_report:
                    self._changed = False
                    self._report()
                    next_report = time.monotonic() + _REPORT_S
                if room:
                    self._send_piece()

    def _answer(self, packets: Sequence[Packet]) -> bool:
        for packet in packets:
            message = PROCESS_DOWN.decode(packet.payload)
            if isinstance(message, FrameRequest):
                self._send_pictures(message)
            elif isinstance(message, Call):
                with self._about(message.camera):
                    self._desk.take(message)
            elif isinstance(message, LogLevel):
                logging.getLogger().setLevel(message.level)
            elif isinstance(message, Stop):
                return False
        return True

    def _about(self, index: int) -> AbstractContextManager[None]:
        """Return what lets the lines of this thread name a camera, where the process has more."""
        if len(self._channels) == 1 or index not in self._channels:
            return nullcontext()
        channel = self._channels[index]
        return about_camera(channel.name, channel.worker.info.serial)

    def _send_replies(self) -> None:
        while (text := self._desk.replies.text()) is not None:
            self._socket.send_text(text)

    def _send_lives(self) -> None:
        while self._lives:
            index = self._lives.pop()
            settings = self._channels[index].worker.control.live.settings()
            self._socket.send_text(PROCESS_UP.encode(Live(index, settings)))

    def _send_piece(self) -> None:
        """Send one piece of data: a request that comes next waits for no more than that."""
        payload = self._desk.replies.piece()
        if payload is None:
            self._send_replies()
        else:
            self._socket.send(PacketKind.DATA, payload)

    def _send_pictures(self, request: FrameRequest) -> None:
        def entries(index: int) -> list[CameraFrame]:
            with self._about(index):
                return self._channels[index].entries(request)

        wanted = {*request.cameras, *(view.camera for view in request.views)}
        indices = [index for index in self._channels if index in wanted]
        # OpenCV and simplejpeg release the GIL: cameras of one process encode in parallel.
        encode = self._pool.map if self._pool is not None else map
        # Whole pictures before views: what is too much for a bundle is left out from behind.
        frames = sorted(chain.from_iterable(encode(entries, indices)), key=lambda f: f.view > 0)
        bundle = fitted(FrameBundle(request.seq, time.time_ns() // 1000, tuple(frames)))
        self._socket.send(PacketKind.BUNDLE, encode_bundle_parts(bundle))

    def _report(self, fatal: str = "") -> None:
        channels = self._channels.values()
        report = Report(
            cameras=tuple(channel.status() for channel in channels),
            infos=tuple(channel.info() for channel in channels),
            heartbeats_s=tuple(channel.worker.heartbeat_s for channel in channels),
            fatal=fatal,
        )
        self._socket.send_text(PROCESS_UP.encode(report))

    def _last_word(self, text: str) -> None:
        try:
            self._report(fatal=text)
        except (OSError, WireError):
            _log.error("%s", text)

    def _condition_changed(self) -> None:
        self._changed = True
        self._examiner.look_again()
        self._wake()

    def _live_changed(self, index: int) -> None:
        self._lives.add(index)
        self._changed = True
        self._wake()

    def _wake(self) -> None:
        try:
            self._wake_out.send(b"\0")
        except OSError:
            # Full of wake-ups already, or closing.
            return

    def _close(self) -> None:
        self._desk.close()
        self._examiner.stop()
        for channel in self._channels.values():
            channel.worker.stop()
        # Before the grabber's patience is over, which is as long.
        deadline = time.monotonic() + 0.8 * self._stop_timeout_s
        ended = [
            channel.worker.join(max(0.0, deadline - time.monotonic()))
            for channel in self._channels.values()
        ]
        self._examiner.join(max(0.0, deadline - time.monotonic()))
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if all(ended) and self._producer is not None:
            self._producer.close()
            self._steps.close()
        if self._claim is not None:
            self._claim.release()
        self._context.close()
        self._wake_in.close()
        self._wake_out.close()


def main(arguments: list[str]) -> int:
    """Run a camera process on the file descriptor given as only argument.

    The descriptor stays open: the kernel closes it when the process ends. So the grabber, which
    takes the end of the connection for that of the process, always finds the exit code.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(RECORD_MARK))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Harvesters logs every property that a producer lacks; real errors arrive as exceptions.
    logging.getLogger("harvesters").setLevel(logging.CRITICAL)
    # Ctrl-C goes to the whole foreground group; the grabber asks this process to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    sock = socket.socket(fileno=int(arguments[0]))
    try:
        return CameraProcess(sock, deadman=True).run()
    except Exception:  # noqa: BLE001  # as Python shows it, but without waiting for any thread
        traceback.print_exc()
        return 1
    finally:
        sock.detach()


if __name__ == "__main__":
    # What a producer prints belongs to the log as well: the grabber reads both.
    os.dup2(2, 1)
    # Cameras are closed by now, or the deadline for it is over.
    end_child(main(sys.argv[1:]))
