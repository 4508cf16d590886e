from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Generator

import pytest

from camstrm.grab import exit_watch
from camstrm.grab.exit_watch import ExitWatch
from tests.fakes.manual_loop import GuardedLoop


def no_pidfd(number: int) -> object:
    def refuse(_pid: int) -> int:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.fixture(params=["pidfd", "ENOSYS", "EPERM", "none in Python"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How a child's end is noticed: by the kernel's word, or by asking where it gives none."""
    name = str(request.param)
    if name == "none in Python":
        monkeypatch.delattr(os, "pidfd_open")
    elif name != "pidfd":
        monkeypatch.setattr(os, "pidfd_open", no_pidfd(getattr(errno, name)))
    if name != "pidfd":
        monkeypatch.setattr(exit_watch, "_POLL_S", 0.002)
    return name


@pytest.fixture
def child() -> Generator[subprocess.Popen[bytes], None, None]:
    script = "import sys; sys.exit(int(sys.stdin.readline()))"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE)
    yield child
    child.kill()
    child.communicate()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("code", [0, 7])
def test_the_code_of_a_child_comes_once(
    loop: GuardedLoop, child: subprocess.Popen[bytes], code: int
) -> None:
    codes: list[int] = []
    ExitWatch(loop, child, codes.append)
    for _ in range(3):
        loop.run(lambda: True)
    assert codes == []
    assert child.stdin is not None
    child.stdin.write(b"%d\n" % code)
    child.stdin.close()
    loop.run(lambda: codes)
    assert codes == [code]
    assert child.returncode == code, "it was reaped"


@pytest.mark.usefixtures("way")
def test_a_signal_is_a_negative_code(loop: GuardedLoop, child: subprocess.Popen[bytes]) -> None:
    codes: list[int] = []
    ExitWatch(loop, child, codes.append)
    child.send_signal(signal.SIGSEGV)
    loop.run(lambda: codes)
    assert codes == [-signal.SIGSEGV]


@pytest.mark.usefixtures("way")
def test_a_child_that_another_has_reaped_is_noticed_too(
    loop: GuardedLoop, child: subprocess.Popen[bytes]
) -> None:
    codes: list[int] = []
    ExitWatch(loop, child, codes.append)
    child.kill()
    child.wait(30)
    loop.run(lambda: codes)
    assert codes == [-signal.SIGKILL]


@pytest.mark.usefixtures("way")
def test_a_watch_that_was_cancelled_says_nothing_and_leaves_nothing_open(
    loop: GuardedLoop, child: subprocess.Popen[bytes]
) -> None:
    codes: list[int] = []
    cancelled = ExitWatch(loop, child, lambda _: codes.append(0))
    other = ExitWatch(loop, child, codes.append)
    cancelled.cancel()
    child.kill()
    loop.run(lambda: codes)
    assert codes == [-signal.SIGKILL]
    cancelled.cancel()
    other.cancel()
