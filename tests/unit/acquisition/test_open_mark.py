from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.acquisition.open_mark import OpenCamera, OpenMark, open_cameras_here
from tests.fakes.gentl.producers import child_environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="abstract UNIX sockets")

CTI = "/opt/maker/Producer.cti"


def marks_of(pid: int) -> list[OpenCamera]:
    return [mark for mark in open_cameras_here() if mark.pid == pid]


@pytest.mark.parametrize(
    "selector", ["DA0123", "a b/c", "왼쪽", "id:GEV 00:11", "x" * 300, "", "\udcff"]
)
def test_a_mark_is_seen_until_it_is_closed(selector: str) -> None:
    mark = OpenMark(CTI, selector)
    (seen,) = marks_of(os.getpid())
    assert seen.is_for(selector) == (selector != "\udcff")
    assert not seen.is_for("other")
    assert (seen.is_of(CTI), seen.is_of("/other.cti")) == (True, False)
    mark.close()
    mark.close()
    assert marks_of(os.getpid()) == []


@pytest.mark.parametrize("selector", ["DA0123", "x" * 300, "왼쪽" * 20])
def test_a_mark_says_how_many_frames_are_incomplete(selector: str) -> None:
    mark = OpenMark(CTI, selector)
    told = []
    for percent in (0, 27, 100, 100, 0):
        mark.report_loss(percent)
        (seen,) = marks_of(os.getpid())
        assert seen.is_for(selector)
        told.append(seen.loss_percent)
    assert told == [0, 27, 100, 100, 0]
    mark.close()
    mark.report_loss(5)
    assert marks_of(os.getpid()) == []


def test_two_cameras_and_the_same_one_twice() -> None:
    marks = [OpenMark(CTI, name) for name in ("B", "A", "A")]
    assert [mark.selector for mark in marks_of(os.getpid())] == ["A", "B"]
    for mark in marks:
        mark.close()


def test_the_mark_of_a_process_that_was_killed_is_gone() -> None:
    script = (
        "import sys; from camstrm.acquisition.open_mark import OpenMark\n"
        f"mark = OpenMark({CTI!r}, 'K'); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=child_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert [mark.selector for mark in marks_of(process.pid)] == ["K"]
        process.kill()
        process.wait()
        assert marks_of(process.pid) == []


def test_other_sockets_are_passed_over(tmp_path: Path) -> None:
    assert open_cameras_here(tmp_path) == ()
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/unix").write_text(
        "Num RefCount Protocol Flags Type St Inode Path\n"
        "0: 2 0 0 0002 01 11 @camstrm-camera/7/key/A%20B\n"
        "0: 2 0 0 0002 01 12 @camstrm-camera/x/key/A\n"
        "0: 2 0 0 0002 01 13 /tmp/camstrm-camera/7/key/A\n"
        "0: 2 0 0 0002 01 14\n"
    )
    assert open_cameras_here(tmp_path) == (OpenCamera(7, "key", "A B"),)
