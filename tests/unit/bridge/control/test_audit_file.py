from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from camstrm.bridge.control import audit_file
from camstrm.bridge.control.audit_file import AUDIT_FILE, AuditFile


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_lines_are_appended_and_only_the_user_can_read_them(tmp_path: Path) -> None:
    file = AuditFile(tmp_path)
    before = os.umask(0)
    try:
        file.append([b"1\n", b"2\n"])
    finally:
        os.umask(before)
    AuditFile(tmp_path).append([b"3\n"])
    assert lines(file.path) == ["1", "2", "3"]
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_a_probe_makes_no_file(tmp_path: Path) -> None:
    AuditFile(tmp_path).probe()
    assert list(tmp_path.iterdir()) == []
    AuditFile(tmp_path).append([b"1\n"])
    AuditFile(tmp_path).probe()
    with pytest.raises(OSError, match="denied"):
        AuditFile(tmp_path / "nothing").probe()


def test_a_new_file_is_begun_before_it_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_file, "MAX_SIZE", 20)
    file = AuditFile(tmp_path)
    for number in range(100, 150):
        file.append([b"line %d\n" % number])
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [AUDIT_FILE, *(f"{AUDIT_FILE}.{n}" for n in range(1, 6))]
    found = [lines(tmp_path / name) for name in [*reversed(names[1:]), names[0]]]
    assert list(chain(*found)) == [f"line {n}" for n in range(138, 150)], (
        "the newest, in their order"
    )
    for path in tmp_path.iterdir():
        assert path.stat().st_size <= 20
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_was_moved_away_is_begun_again(tmp_path: Path) -> None:
    file = AuditFile(tmp_path)
    file.append([b"1\n"])
    file.path.rename(tmp_path / "elsewhere")
    file.append([b"2\n"])
    assert (lines(tmp_path / "elsewhere"), lines(file.path)) == (["1"], ["2"])


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_is_not_written_to(tmp_path: Path, kind: str) -> None:
    file = AuditFile(tmp_path)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    if kind == "link":
        file.path.symlink_to(victim)
    elif kind == "pipe":
        os.mkfifo(file.path)
    else:
        file.path.mkdir()
    for attempt in (file.probe, lambda: file.append([b"1\n"])):
        with pytest.raises(OSError):  # noqa: PT011  which one differs
            attempt()
    assert victim.read_text() == "precious"


def test_a_full_disk_leaves_no_half_of_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = AuditFile(tmp_path)
    file.append([b"first\n"])
    write = os.write

    def nearly_full(handle: int, data: Any) -> int:
        if len(data) < 10:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(handle, data[:10])

    monkeypatch.setattr(os, "write", nearly_full)
    with pytest.raises(OSError, match="No space left"):
        file.append([b"a line that is written in part\n"])
    monkeypatch.undo()
    assert lines(file.path) == ["first"]
    file.append([b"second\n"])
    assert lines(file.path) == ["first", "second"]


WRITE_MANY = """
import sys
from pathlib import Path
from camstrm.bridge.control import audit_file
audit_file.MAX_SIZE = 2000
file = audit_file.AuditFile(Path(sys.argv[1]))
for number in range(100):
    file.append([f"{sys.argv[2]} {number}\\n".encode()])
"""


def test_two_bridges_share_a_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_MANY, str(tmp_path)]
    writers = [subprocess.Popen([*command, name]) for name in ("a", "b", "c")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    found = list(chain(*map(lines, tmp_path.iterdir())))
    assert sorted(found) == sorted(f"{name} {n}" for name in "abc" for n in range(100))
