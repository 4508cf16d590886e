from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from camstrm.config import small_file
from camstrm.config.small_file import read_small_file


def test_a_file_and_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    path.chmod(0o640)
    content, mode = read_small_file(path, 5)
    assert (content, stat.S_IMODE(mode)) == (b"12345", 0o640)
    assert read_small_file(path, 3)[0] == b"1234", "one more: it is too long"


@pytest.mark.skipif(sys.platform == "win32", reason="devices and named pipes")
def test_what_has_no_end_is_over_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_file, "PIPE_WAIT_S", 0.01)
    assert read_small_file("/dev/zero", 10)[0] == bytes(11)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="a pipe that no program writes into"):
        read_small_file(path, 10)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(path, os.O_WRONLY)
    try:
        os.write(writer, b"half")
        with pytest.raises(OSError, match="a pipe that does not come to an end"):
            read_small_file(path, 10)
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.skipif(sys.platform == "win32", reason="/proc")
def test_what_cannot_be_read_leaves_nothing_open(tmp_path: Path) -> None:
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    with pytest.raises(IsADirectoryError):
        read_small_file(tmp_path, 10)
    with pytest.raises(FileNotFoundError):
        read_small_file(tmp_path / "no", 10)
    assert sum(1 for _ in Path("/proc/self/fd").iterdir()) == before
