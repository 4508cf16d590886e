from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.cli.checks import producers as producers_module
from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.producers import scan_producers
from camstrm.cli.checks.search import KnownProducer
from camstrm.config import ProducerSettings
from camstrm.profiles import load_profiles
from tests.fakes.gentl.producers import compile_library, simulator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ELF files")

PROFILES = load_profiles()


def check(cti: str | Path, python: str = "") -> tuple[list[Finding], list[KnownProducer]]:
    scanned: list[KnownProducer] = []
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


def test_a_file_that_cannot_be_looked_at_is_not_called_missing() -> None:
    (finding,), _ = check("/" + "x" * 300 + "/a.cti")
    assert finding.text == "cannot be read (File name too long)"


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
    code.write_text("extern int nothing;\nint *it(void) { return &nothing; }\n")
    target = folder / "a.cti"
    command = ["cc", "-shared", "-fPIC", "-o", str(target), str(code), f"-L{folder}", f"-l:{name}"]
    subprocess.run(command, check=True, timeout=60)
    return target, other


def test_a_shared_library_in_a_folder_beside_it(tmp_path: Path) -> None:
    cti, other = needing(tmp_path, "libmaker.so.1")
    (tmp_path / "ThirdParty").mkdir()
    place = other.rename(tmp_path / "ThirdParty" / other.name)
    ((finding,), _) = check(cti)
    assert finding.level is Level.FAIL
    assert f"needs the shared library libmaker.so.1, which is in {place.parent}" in finding.text
    assert f'LD_LIBRARY_PATH = "{place.parent}' in finding.remedy


@pytest.mark.parametrize(
    ("packages", "remedy"),
    [
        ({"libmaker.so.1": "libmaker1"}, "sudo apt install libmaker1"),
        ({}, "apt-file search libmaker.so.1"),
    ],
)
def test_a_shared_library_that_is_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packages: dict[str, str], remedy: str
) -> None:
    monkeypatch.setattr(producers_module, "_PACKAGES", packages)
    cti, other = needing(tmp_path, "libmaker.so.1")
    other.unlink()
    ((finding,), _) = check(cti)
    assert "which is not installed" in finding.text
    assert finding.remedy.endswith(remedy)


def test_another_folder_of_the_same_sdk_is_searched_too(tmp_path: Path) -> None:
    cti, other = needing(tmp_path, "libmaker.so.1")
    for folder in ("64", "common"):
        (tmp_path / folder).mkdir()
    other.rename(tmp_path / "common/libmaker.so.1")
    ((finding,), _) = check(cti.rename(tmp_path / "64/MvProducerU3V.cti"))
    assert f"which is in {tmp_path}/common" in finding.text
    ((finding,), _) = check(shutil.copy(tmp_path / "64/MvProducerU3V.cti", tmp_path / "64/a.cti"))
    assert "which is not installed" in finding.text, "what is no SDK is not searched"


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


def test_a_profile_that_there_is_not() -> None:
    scanned: list[KnownProducer] = []
    producer = ProducerSettings(simulator(), profile="nobody")
    (finding,) = scan_producers([producer], PROFILES, scanned)
    assert (finding.level, scanned) == (Level.FAIL, [])
    assert "there is no GenTL profile 'nobody'" in finding.text
