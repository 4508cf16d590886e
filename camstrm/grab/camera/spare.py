"""The spare process: has imported what camera processes need, and forks them.

Started as ``python -m camstrm.grab.camera.spare FD`` with one end of a SOCK_SEQPACKET pair.
It says when it is ready; from then on each message brings two file descriptors, the socket
and the standard error of a new camera process, and is answered with that process's id. The
imports are then paid once instead of in each camera process, and before there is a camera.

It never loads a producer: a process with a loaded .cti must not be forked. Nor must one with
threads. The end of the connection is the end of this process, not of those it has forked.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from camstrm.acquisition.child import end_child

__all__ = ["ANSWER", "READY", "SPARE_NAME"]

READY = b"ready"
ANSWER = struct.Struct("<i")
"""Process id of a new camera process; 0: it could not be forked."""

SPARE_NAME = "camstrm-spare"
_CAMERA_NAME = "camstrm-camera"
"""What ``top`` and ``/proc/PID/comm`` show; the command line is the same for both."""

_MODULES = ("camstrm.grab.camera.process", "harvesters.core", "simplejpeg")
_ONE_THREAD = "OPENBLAS_NUM_THREADS"
"""numpy's and OpenCV's OpenBLAS start their threads when they are loaded; camstrm uses none."""

_PR_SET_NAME = 15


def _set_name(name: str) -> None:
    # Late: the grabber's main process imports this module only for its constants.
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode())


def _import_all() -> None:
    wanted = os.environ.get(_ONE_THREAD)
    os.environ[_ONE_THREAD] = "1"
    # What is imported stays: a collection would find nothing to free, and would later un-share
    # the pages that the forked processes have in common.
    gc.disable()
    for module in _MODULES:
        importlib.import_module(module)
    gc.freeze()
    gc.enable()
    # The producer gets the environment that the grabber meant.
    if wanted is None:
        del os.environ[_ONE_THREAD]
    else:
        os.environ[_ONE_THREAD] = wanted


def _serve(control: socket.socket) -> Callable[[], int] | None:
    """Fork until the grabber ends; return, in a new process only, what runs in it."""
    while True:
        try:
            data, files, _, _ = socket.recv_fds(control, 16, 2)
        except ConnectionError:
            return None
        if not data:
            return None
        camera, errors = files
        try:
            pid = _fork()
        except OSError:
            pid = 0
        else:
            if pid is None:
                control.close()
                return lambda: _run_camera_process(camera, errors)
        os.close(camera)
        os.close(errors)
        control.send(ANSWER.pack(pid))


def _fork() -> int | None:
    """Fork a process that is the grabber's child, not ours; return its id, None in itself.

    The process in between ends at once, and the grabber adopts what it leaves behind (it is
    a "child subreaper" meanwhile, prctl(2)). So only the grabber waits for it.
    """
    reading_end, writing_end = os.pipe()
    middle = os.fork()
    if middle == 0:
        pid = 0
        try:
            pid = os.fork()
            if pid == 0:
                os.close(reading_end)
                os.close(writing_end)
                return None
        finally:
            if pid or sys.exc_info()[0] is not None:
                os.write(writing_end, ANSWER.pack(pid))
                os._exit(0)
    os.close(writing_end)
    with open(reading_end, "rb") as answer:  # noqa: PTH123  a descriptor
        data = answer.read()
    os.waitpid(middle, 0)
    if len(data) != ANSWER.size:
        return 0
    return int(ANSWER.unpack(data)[0])


def _run_camera_process(camera: int, errors: int) -> int:
    from camstrm.grab.camera.process import main as run

    # As subprocess starts one: a terminal's Ctrl-C and hang-up are for the grabber.
    os.setsid()
    _set_name(_CAMERA_NAME)
    os.dup2(errors, 2)
    # What a producer prints belongs to the log as well.
    os.dup2(errors, 1)
    os.close(errors)
    return run([str(camera)])


def main(arguments: list[str]) -> int:
    """Run on the file descriptor that is given; also the forked processes return from here."""
    _set_name(SPARE_NAME)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(arguments[0]))
    _import_all()
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        # Something that was imported has started a thread.
        return 1
    try:
        control.send(READY)
    except OSError:
        return 0
    run = _serve(control)
    return run() if run is not None else 0


if __name__ == "__main__":
    end_child(main(sys.argv[1:]))
