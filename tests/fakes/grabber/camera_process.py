"""A stand-in for the camera process: speaks its protocol, and fails as its arguments say.

:func:`stand_in_python` writes an "interpreter" that starts this module in place of
camstrm.grab.camera.process; the variable CAMSTRM_STAND_IN says what it does:

    (nothing)     report its cameras as streaming, answer requests, end at Stop
    exit=N        end with code N after the Start
    fatal         report why it cannot go on, and end with code 3
    crash         die of SIGSEGV at the first request
    silent        report its cameras once, then neither answer nor end
    deaf          the same, and not even report
    garbage       send bytes that are no packets
    bad_bundle    send a packet whose payload is no bundle
    half_open     close the connection and live on
    large         answer with a picture that no socket buffer holds
    setting=NAME  die of SIGFPE while it sets the feature NAME of its first camera, unless
                  that is left out
    foreign       report and answer for cameras that are not its own

With CAMSTRM_STAND_IN_ONCE=PATH that happens only if PATH does not exist yet. When the
process ends in good order it appends a line to the file CAMSTRM_STAND_IN_LOG.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

import msgspec

from camstrm.acquisition.child import end_child
from camstrm.feature import FeatureSetting
from camstrm.feed.packet_socket import BlockingPacketSocket
from camstrm.grab.camera.last_step import StepWriter
from camstrm.wire import (
    PROCESS_DOWN,
    PROCESS_UP,
    Call,
    CameraFrame,
    CameraInfo,
    CameraState,
    CameraStatus,
    Encoding,
    FrameBundle,
    FrameRequest,
    Live,
    PacketKind,
    Reply,
    Report,
    Start,
    Stop,
    encode_bundle_parts,
    encode_data_parts,
)
from tests.fakes.gentl.producers import child_environment

LARGE = 16 * 1024 * 1024

HEARTBEAT_S = 7.0
"""What it says of each of its cameras."""


def stand_in_python(folder: Path) -> str:
    """Write the interpreter that starts the stand-in; return its path."""
    path = folder / "python"
    path.write_text(
        f'#!/bin/sh\nshift 2\nexec "{sys.executable}" -m tests.fakes.grabber.camera_process "$@"\n'
    )
    path.chmod(0o755)
    return str(path)


def stand_in_environment(
    behaviour: str = "", *, once: Path | None = None, log: Path | None = None
) -> dict[str, str]:
    """Return the environment of a camera process that behaves like that."""
    variables = {"CAMSTRM_STAND_IN": behaviour}
    if once is not None:
        variables["CAMSTRM_STAND_IN_ONCE"] = str(once)
    if log is not None:
        variables["CAMSTRM_STAND_IN_LOG"] = str(log)
    return child_environment(**variables)


def _behaviour() -> str:
    once = os.environ.get("CAMSTRM_STAND_IN_ONCE")
    if once:
        try:
            Path(once).touch(exist_ok=False)
        except FileExistsError:
            return ""
    return os.environ["CAMSTRM_STAND_IN"]


def _log(line: str) -> None:
    log = os.environ.get("CAMSTRM_STAND_IN_LOG")
    if log:
        with Path(log).open("a") as file:
            file.write(line + "\n")


class _StandIn:
    def __init__(self, sock: socket.socket, behaviour: str) -> None:
        self._raw = sock
        self._socket = BlockingPacketSocket(sock, timeout_s=60.0)
        self._behaviour = behaviour
        self._indices: tuple[int, ...] = ()
        self._answers = 0

    def run(self) -> int:
        while True:
            for packet in self._socket.receive():
                message = PROCESS_DOWN.decode(packet.payload)
                if isinstance(message, Stop):
                    return 0
                if isinstance(message, Start):
                    code = self._start(message)
                    if code is not None:
                        return code
                elif isinstance(message, Call):
                    self._reply(message)
                elif isinstance(message, FrameRequest):
                    self._answer(message)

    def _reply(self, call: Call) -> None:
        """Do what tests call: "hold" gets no reply, "data" gets DATA, others their arguments."""
        if call.do == "hold":
            return
        if call.do == "data":
            for piece in (b"ab", b"cd"):
                self._socket.send(PacketKind.DATA, encode_data_parts(call.id, piece))
        self._socket.send_text(PROCESS_UP.encode(Reply(call.id, ok=True, result=call.with_)))

    def _start(self, start: Start) -> int | None:
        cameras = start.settings["cameras"]
        self._indices = tuple(camera["index"] for camera in cameras)
        name, _, number = self._behaviour.partition("=")
        if name == "exit":
            return int(number)
        if name == "fatal":
            self._socket.send_text(
                PROCESS_UP.encode(Report(fatal="GenTL producer x.cti: file not found"))
            )
            return 3
        if name == "setting":
            serial = cameras[0]["settings"]["serial"]
            if number not in start.settings["left_out"].get(serial, ()):
                StepWriter(start.settings["last_step"]).note(f"{serial}\n{number}")
                os.kill(os.getpid(), signal.SIGFPE)
        if name == "garbage":
            self._raw.sendall(b"these bytes are no packets of camstrm's" * 3)
        if name == "half_open":
            self._raw.close()
        if name in ("deaf", "half_open"):
            _wait_for_ever()
        reported = (99,) if name == "foreign" else self._indices
        self._report(reported)
        if name == "live":
            # One value more than the process before had.
            known = start.settings["live"].get(cameras[0]["settings"]["serial"], ())
            gain = FeatureSetting("Gain", float(len(known)))
            settings = tuple(msgspec.convert(setting, FeatureSetting) for setting in known)
            live = Live(self._indices[0], (*settings, gain))
            self._socket.send_text(PROCESS_UP.encode(live))
        if name == "silent":
            _wait_for_ever()
        if name == "bad_bundle":
            self._socket.send(PacketKind.BUNDLE, [b"no bundle"])
        return None

    def _report(self, indices: tuple[int, ...]) -> None:
        report = Report(
            cameras=tuple(
                CameraStatus(i, CameraState.STREAMING, delivered=10 * (self._answers + 1))
                for i in indices
            ),
            infos=tuple(CameraInfo(i, f"cam{i}", f"S{i}", "Model", "Maker") for i in indices),
            heartbeats_s=(HEARTBEAT_S,) * len(indices),
        )
        self._socket.send_text(PROCESS_UP.encode(report))

    def _answer(self, request: FrameRequest) -> None:
        if self._behaviour == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        self._answers += 1
        indices = (99,) if self._behaviour == "foreign" else request.cameras
        payload = bytes(LARGE) if self._behaviour == "large" else b"\xff\xd8 a picture"
        frames = tuple(
            CameraFrame(
                i, CameraState.STREAMING, Encoding.JPEG, frame_id=request.seq, payload=payload
            )
            for i in indices
        )
        bundle = FrameBundle(request.seq, request.seq, frames)
        self._socket.send(PacketKind.BUNDLE, encode_bundle_parts(bundle))
        self._report(indices)


def _wait_for_ever() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        signal.pause()


def main(arguments: list[str]) -> int:
    """Run on the file descriptor that is given."""
    sock = socket.socket(fileno=int(arguments[0]))
    try:
        code = _StandIn(sock, _behaviour()).run()
    except OSError as error:
        _log(f"connection: {type(error).__name__}")
        return 0
    finally:
        sock.detach()  # as the camera process: the kernel closes it
    _log("stopped")
    return code


if __name__ == "__main__":
    end_child(main(sys.argv[1:]))
