"""What ends a camera process, and what does not."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys

import pytest

from camstrm.feed.packet_socket import BlockingPacketSocket
from camstrm.wire import PROCESS_DOWN, PROCESS_UP, CameraState, PacketKind, Report, Start, Stop
from tests.fakes.gentl.producers import child_environment, simulator
from tests.fakes.grabber.real_processes import group
from tests.fakes.manual_loop import LONG_S


def serve(arguments: list[str] | None = None) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a camera process and return it with the grabber's end of its connection."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "camstrm.grab.camera.process", str(theirs.fileno())],
            env=child_environment(),
            pass_fds=[theirs.fileno()],
        )
    return process, ours


@pytest.mark.parametrize("last", ["stop", "garbage", "no settings"])
def test_without_a_start_the_process_ends(last: str) -> None:
    process, ours = serve()
    with ours:
        if last == "stop":
            BlockingPacketSocket(ours).send_text(PROCESS_DOWN.encode(Stop()))
        elif last == "garbage":
            ours.sendall(b"GET / HTTP/1.1\r\n\r\n")
        else:
            BlockingPacketSocket(ours).send_text(PROCESS_DOWN.encode(Start({"cti": 5})))
        assert process.wait(LONG_S) == 0


_MAIN_THEN_WAIT = """
import sys
from camstrm.grab.camera import process
if "fails" in sys.argv:
    process.CameraProcess._await_start = lambda self: 1 // 0
code = process.main(sys.argv[1:2])
print(int(code), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("how", "code"), [("stops", b"0\n"), ("fails", b"1\n")])
def test_the_connection_ends_with_the_process_and_not_before(how: str, code: bytes) -> None:
    """A grabber that hears of the end of the connection finds the exit code."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", _MAIN_THEN_WAIT, str(theirs.fileno()), how],
                env=child_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        BlockingPacketSocket(ours).send_text(PROCESS_DOWN.encode(Stop()))
        assert process.stdout is not None
        assert process.stdout.readline() == code
        ours.setblocking(False)
        with pytest.raises(BlockingIOError):
            ours.recv(1)
        _, errors = process.communicate()
        assert (b"ZeroDivisionError" in errors) == (how == "fails")
        with contextlib.suppress(ConnectionResetError):  # it has not read its Stop
            assert ours.recv(1) == b""


def test_the_end_of_the_grabber_is_the_end_of_its_process() -> None:
    """Also while it streams, and when the grabber was killed and said no word."""
    process, ours = serve()
    with ours:
        end = BlockingPacketSocket(ours, LONG_S)
        end.send_text(PROCESS_DOWN.encode(Start(group(simulator(), "1").to_settings())))
        while True:
            reports = [
                PROCESS_UP.decode(p.payload) for p in end.receive() if p.kind is PacketKind.TEXT
            ]
            states = [s.state for r in reports if isinstance(r, Report) for s in r.cameras]
            if CameraState.STREAMING in states:
                break
    assert process.wait(LONG_S) == 0


def test_ctrl_c_is_the_grabber_s_business() -> None:
    process, ours = serve()
    with ours:
        end = BlockingPacketSocket(ours, LONG_S)
        end.send_text(PROCESS_DOWN.encode(Start(group(simulator(), "1").to_settings())))
        end.receive()
        process.send_signal(signal.SIGINT)
        end.send_text(PROCESS_DOWN.encode(Stop()))
        assert process.wait(LONG_S) == 0
