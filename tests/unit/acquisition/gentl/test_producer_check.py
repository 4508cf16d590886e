from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.producer_check import (
    REQUIRED_SYMBOLS,
    check_file,
    check_producer,
    missing_symbols,
    not_a_producer,
)
from camstrm.errors import ProducerError
from tests.fakes.gentl.producers import compile_library, fault_variables, simulator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ELF files")


def build(folder: Path, text: str) -> str:
    source = folder / "producer.c"
    source.write_text(text)
    return compile_library(source, folder / "producer.cti")


def problem(cti: str | Path) -> ProducerError:
    with pytest.raises(ProducerError) as caught:
        check_producer(str(cti))
    assert caught.value.subject == str(cti)
    return caught.value


def test_a_real_producer_passes(forwarding: str) -> None:
    check_producer(simulator())
    check_producer(forwarding)
    assert missing_symbols(simulator()) == ()


@pytest.mark.parametrize("name", ["not-there.cti", "file/below.cti"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    error = problem(tmp_path / name)
    assert error.problem == "file not found"
    assert "camstrm doctor" in error.remedy


def test_a_folder(tmp_path: Path) -> None:
    assert problem(tmp_path).problem == "not a file"


@pytest.mark.parametrize(
    ("cti", "text"),
    [
        ("x" * 300 + ".cti", "cannot be read (File name too long)"),
        ("a\0b.cti", "not a path"),
        ("/\udced\udc95\udc9c/viky.cti", "letters that the locale of this program does not know"),
    ],
)
def test_what_cannot_be_a_path(cti: str, text: str) -> None:
    assert text in problem(cti).problem


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.cti").write_text("x")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ProducerError, match=r"cannot be read \(Permission denied\)"):
        check_file(str(tmp_path / "a.cti"))


@pytest.mark.parametrize("content", [b"", b"MZ\x90\0", b"this is a text\n" * 9])
def test_a_file_that_is_no_library(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.cti"
    path.write_bytes(content)
    error = problem(path)
    assert error.problem.startswith("not a shared library (starts with")
    assert repr(content[:4]) in error.problem


@pytest.mark.parametrize(("machine", "name"), [(3, "i386"), (40, "arm"), (183, "aarch64")])
def test_a_library_for_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: int, name: str
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    path = tmp_path / "a.cti"
    path.write_bytes(b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + bytes(40))
    error = problem(path)
    assert error.problem == f"built for {name}, this machine is x86_64"


def test_a_library_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.cti"
    path.write_bytes(Path(simulator()).read_bytes()[:100])
    assert problem(path).problem.startswith("cannot be loaded: ")


def test_a_library_that_is_no_producer(tmp_path: Path) -> None:
    error = problem(build(tmp_path, "int nothing(void) { return 0; }\n"))
    assert error.problem == (
        "a shared library, but no GenTL producer (it exports no GenTL function)"
    )


def test_a_producer_that_lacks_functions(tmp_path: Path) -> None:
    lacking = ("DSQueueBuffer", "EventFlush")
    functions = [name for name in REQUIRED_SYMBOLS if name not in lacking]
    error = problem(build(tmp_path, "".join(f"int {n}(void) {{ return 0; }}\n" for n in functions)))
    assert error.problem == "incomplete GenTL producer, it lacks EventFlush, DSQueueBuffer"
    assert error.remedy


def test_a_producer_that_crashes_when_it_is_loaded(tmp_path: Path) -> None:
    text = "#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { abort(); }\n"
    error = problem(build(tmp_path, text))
    assert error.problem == "crashes when it is loaded (SIGABRT)"
    assert "Reinstall" in error.remedy


def test_a_producer_that_hangs_when_it_is_loaded(tmp_path: Path) -> None:
    text = "#include <unistd.h>\n__attribute__((constructor)) static void f(void) { sleep(60); }\n"
    with pytest.raises(ProducerError, match=r"loading did not end within 0\.3 s"):
        check_producer(build(tmp_path, text), timeout_s=0.3)


def test_a_library_that_misses_another_one(tmp_path: Path) -> None:
    source = tmp_path / "part.c"
    source.write_text("int part(void) { return 1; }\n")
    part = compile_library(source, tmp_path / "libpart.so")
    (tmp_path / "use.c").write_text("int part(void);\nint all(void) { return part(); }\n")
    cti = tmp_path / "a.cti"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", cti, tmp_path / "use.c", part], check=True, timeout=60
    )
    Path(part).unlink()
    error = problem(cti)
    assert "libpart.so: cannot open shared object file" in error.problem
    assert "LD_LIBRARY_PATH" in error.remedy


def test_a_library_that_met_another_version_of_what_it_needs(tmp_path: Path) -> None:
    error = problem(build(tmp_path, "int part(void);\nint (*all)(void) = part;\n"))
    assert "undefined symbol: part" in error.problem
    assert "LD_LIBRARY_PATH" in error.remedy


def test_the_child_has_the_environment_that_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "#include <stdlib.h>\n"
        "__attribute__((constructor)) static void f(void)\n"
        '{ if (!getenv("CAMSTRM_FORWARD_TO") || getenv("HOME")) abort(); }\n'
    )
    cti = build(tmp_path, text)
    with pytest.raises(ProducerError, match="no GenTL producer"):
        check_producer(cti, {**fault_variables(""), "PYTHONPATH": str(Path.cwd())})


def test_an_interpreter_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProducerError, match="cannot be started: /no/python"):
        check_producer(simulator(), python="/no/python")


def test_a_number_of_missing_functions_is_told() -> None:
    assert not_a_producer(("TLOpen",))[0] == "incomplete GenTL producer, it lacks TLOpen"
    assert "no GenTL producer" in not_a_producer(tuple(REQUIRED_SYMBOLS))[0]
