from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.cli.checks.elf import MissingLibrary, missing_libraries

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ELF files")


def build(target: Path, *needed: Path, rpath: str = "", tags: str = "new") -> Path:
    """Compile an empty library that needs others."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    target.parent.mkdir(exist_ok=True)
    source = target.with_suffix(".c")
    source.write_text("int nothing;\n")
    way = f"-Wl,-rpath,{rpath},--{'enable' if tags == 'new' else 'disable'}-new-dtags"
    command = ["cc", "-shared", "-fPIC", "-nostdlib", "-Wl,--no-as-needed", "-o", str(target)]
    command += [f"-Wl,-soname,{target.name}", *([way] if rpath else []), str(source)]
    subprocess.run([*command, *map(str, needed)], check=True, timeout=60)
    return target


@pytest.fixture
def chain(tmp_path: Path) -> tuple[Path, Path, Path]:
    """a.cti needs one/libb.so, that needs two/libc.so."""
    third = build(tmp_path / "two" / "libthird.so.1")
    second = build(tmp_path / "one" / "libsecond.so.1", third)
    return build(tmp_path / "a.cti", second), second, third


def test_which_one_is_missing_and_who_needs_it(
    chain: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    first, second, third = chain
    empty = tmp_path / "root"
    assert missing_libraries(first, {}, empty) == (MissingLibrary("libsecond.so.1", "a.cti"),)
    path = {"LD_LIBRARY_PATH": str(second.parent)}
    assert missing_libraries(first, path, empty) == (
        MissingLibrary("libthird.so.1", "libsecond.so.1"),
    )
    path = {"LD_LIBRARY_PATH": f"{second.parent}:{third.parent}"}
    assert missing_libraries(first, path, empty) == ()


@pytest.mark.parametrize("tags", ["new", "old"])
def test_a_library_beside_it(tmp_path: Path, tags: str) -> None:
    other = build(tmp_path / "lib" / "libother.so.1")
    first = build(tmp_path / "a.cti", other, rpath="$ORIGIN/lib", tags=tags)
    assert missing_libraries(first, {}, tmp_path / "root") == ()


def test_folders_of_the_system(chain: tuple[Path, Path, Path], tmp_path: Path) -> None:
    first, second, third = chain
    root = tmp_path / "root"
    (root / "etc/conf.d").mkdir(parents=True)
    (root / "opt/maker").mkdir(parents=True)
    (root / "usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    (root / "etc/ld.so.conf").write_text("include conf.d/*.conf\ninclude /etc/ld.so.conf\n")
    (root / "etc/conf.d/maker.conf").write_text("# the maker's\n/opt/maker\n")
    shutil.copy(second, root / "opt/maker")
    shutil.copy(third, root / "usr/lib/x86_64-linux-gnu")
    assert missing_libraries(first, {}, root) == ()


def test_a_library_of_another_machine_does_not_count(
    chain: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    first, second, _ = chain
    data = bytearray(second.read_bytes())
    data[18:20] = (3).to_bytes(2, "little")
    second.write_bytes(data)
    path = {"LD_LIBRARY_PATH": str(second.parent)}
    assert [m.name for m in missing_libraries(first, path, tmp_path / "root")] == ["libsecond.so.1"]


@pytest.mark.parametrize(
    "content", [b"", b"\x7fELF", b"\x7fELF\x02\x01" + bytes(58), b"no library"]
)
def test_broken_files(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.cti"
    file.write_bytes(content)
    assert missing_libraries(file, {}, tmp_path) == ()
    assert missing_libraries(tmp_path / "no.cti", {}, tmp_path) == ()


def test_this_interpreter_finds_all_that_it_needs() -> None:
    assert missing_libraries(Path(sys.executable).resolve(), {}) == ()
