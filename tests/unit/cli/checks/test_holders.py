from __future__ import annotations

from pathlib import Path

from camstrm.cli.checks.holders import holders_of_file, holders_of_library
from tests.fakes.host_files import add_process

NODE = "/dev/bus/usb/002/007"


def test_who_has_a_file_open(tmp_path: Path) -> None:
    add_process(tmp_path, 10, "bash")
    add_process(tmp_path, 11, "MVS\n", opened=NODE)
    add_process(
        tmp_path, 12, "python3", cmdline="python3\0-m\0camstrm.grab.camera.process", opened=NODE
    )
    (tmp_path / "proc/13").mkdir()
    found = holders_of_file(NODE, tmp_path)
    assert [str(holder) for holder in found] == ["MVS (pid 11)", "camstrm (pid 12)"]
    assert [holder.is_camstrm for holder in found] == [False, True]


def test_who_has_a_library_loaded(tmp_path: Path) -> None:
    cti = "/opt/the maker/P.cti"
    add_process(tmp_path, 7, "SpinView", mapped=cti)
    add_process(tmp_path, 8, "other", mapped="/opt/Q.cti")
    assert [str(holder) for holder in holders_of_library(cti, tmp_path)] == ["SpinView (pid 7)"]
    assert holders_of_library(cti, tmp_path / "nothing") == ()
