from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from camstrm.cli.checks.producers import ScannedProducer, scan_producers
from camstrm.cli.finding import Finding, Level
from camstrm.config import ProducerSettings
from camstrm.profiles import load_profiles
from tests.fakes.gentl import compile_library, simulator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ELF files")

PROFILES = load_profiles()


def check(cti: str | Path, python: str = "") -> tuple[list[Finding], list[ScannedProducer]]:
    scanned: list[ScannedProducer] = []
    producer = ProducerSettings(str(cti), python=python)
    found = [f for f in scan_producers([producer], PROFILES, scanned) if f.level is not Level.OK]
    assert len(scanned) == 1
    return found, scanned


def test_a_file_that_lies_elsewhere(tmp_path: Path) -> None:
    there = tmp_path / "lib/64/MvProducerU3V.cti"
    there.parent.mkdir(parents=True)
    there.write_text("")
    for asked in (tmp_path / "lib/MvProducerU3V.cti", tmp_path / "lib/64/mvproducerU3.cti"):
        ((finding,), _) = check(asked)
        assert finding.text == f"file not found; there is {there}"
        assert finding.remedy == f"camstrm doctor --cti {there}"


def test_a_file_that_its_maker_would_install(tmp_path: Path) -> None:
    ((finding,), _) = check(tmp_path / "MvProducerGEV.cti")
    assert "/MvProducerGEV.cti" in finding.remedy
    assert "MVS" in finding.remedy
    ((finding,), _) = check(tmp_path / "other.cti")
    assert finding.remedy.startswith("Give the path")


def needing(folder: Path, name: str) -> tuple[Path, Path]:
    """Compile a library that needs another, ``name``, in a folder of its own."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    source = folder / "empty.c"
    source.write_text("int nothing;\n")
    other = Path(compile_library(source, folder / name))
    code = folder / "a.c"
    code.write_text(
        f'extern int nothing;\n__asm__(".globl nothing");\nint *it(void) {{ return &nothing; }}\n'
    )
    target = folder / "a.cti"
    import subprocess

    command = ["cc", "-shared", "-fPIC", "-o", str(target), str(code), f"-L{folder}", f"-l:{name}"]
    subprocess.run(command, check=True, timeout=60)
    return target, other


def test_a_shared_library_in_a_folder_beside_it(tmp_path: Path) -> None:
    cti, other = needing(tmp_path, "libmaker.so.1")
    (tmp_path / "ThirdParty").mkdir()
    place = other.rename(tmp_path / "ThirdParty" / other.name)
    ((finding,), _) = check(cti)
    assert finding.level is Level.FAIL
    assert f"needs the shared library libmaker.so.1, which lies in {place.parent}" in finding.text
    assert f'LD_LIBRARY_PATH = "{place.parent}' in finding.remedy


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("libusb-1.0.so.0", "sudo apt install libusb-1.0-0"),
        ("libmaker.so.1", "apt-file search libmaker.so.1"),
    ],
)
def test_a_shared_library_that_is_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, remedy: str
) -> None:
    cti, other = needing(tmp_path, name)
    other.unlink()
    if name == "libusb-1.0.so.0" and Path("/usr/lib/x86_64-linux-gnu", name).exists():
        pytest.skip("this machine has it")
    ((finding,), _) = check(cti)
    assert "which is not installed" in finding.text
    assert finding.remedy.endswith(remedy)


def test_a_library_that_is_no_producer(tmp_path: Path) -> None:
    source = tmp_path / "a.c"
    source.write_text("int nothing;\n")
    ((finding,), _) = check(compile_library(source, tmp_path / "a.cti"))
    assert "no GenTL producer" in finding.text


def test_an_interpreter_that_cannot_load_it() -> None:
    ((finding,), (scanned,)) = check(simulator(), python="/no/python")
    assert finding.subject == "Python for generic"
    assert scanned.devices == ()


def test_the_simulator() -> None:
    found, (scanned,) = check(simulator())
    assert found == []
    assert len(scanned.devices) == 3
