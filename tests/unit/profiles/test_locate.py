import fnmatch
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from camstrm.profiles import find_producers, load_profiles
from camstrm.profiles.locate import existing_files, machine_name

PROFILES = load_profiles()

SPINNAKER = "/opt/spinnaker/lib/spinnaker-gentl/Spinnaker_GenTL.cti"
MVS = "/opt/MVS/lib/64/MvProducerU3V.cti"


def disk(*files: str) -> Callable[[str], Sequence[str]]:
    """Return a list_files over the given files; '*' does not cross folders, as in a shell."""

    def list_files(pattern: str) -> list[str]:
        matches = re.compile(fnmatch.translate(pattern)).match
        depth = re.split(r"[/\\]", pattern)
        return [f for f in files if matches(f) and len(re.split(r"[/\\]", f)) == len(depth)]

    return list_files


def find(
    *files: str, environ: dict[str, str] | None = None, machine: str = "x86_64"
) -> tuple[str, ...]:
    return find_producers(
        PROFILES, environ or {}, system="linux", machine=machine, list_files=disk(*files)
    )


def test_nothing_installed() -> None:
    assert find() == ()


def test_usual_places() -> None:
    found = find(SPINNAKER, MVS, "/opt/MVS/lib/64/MvFGProducerCML.cti")
    assert found == (
        SPINNAKER,
        MVS,
    )


def test_the_machine_decides() -> None:
    arm = "/opt/MVS/lib/aarch64/MvProducerGEV.cti"
    assert find(arm, MVS, machine="arm64") == (arm,)
    assert find(arm) == ()


def test_variable_before_place_and_one_file_for_each_profile() -> None:
    own = "/data/mvs/lib/64/MvProducerU3V.cti"
    found = find(MVS, own, environ={"MVCAM_COMMON_RUNENV": "/data/mvs/lib"})
    assert found == (own,)


def test_variable_that_names_the_file() -> None:
    own = "/data/Spinnaker_GenTL.cti"
    found = find(own, environ={"SPINNAKER_GENTL64_CTI": own})
    assert found == (own,)


def test_variable_of_an_uninstalled_producer_falls_through() -> None:
    found = find(SPINNAKER, environ={"SPINNAKER_GENTL64_CTI": "/gone.cti"})
    assert found == (SPINNAKER,)


def test_variable_with_wildcard_characters_is_taken_literally() -> None:
    own = "/data/mvs/lib/64/MvProducerU3V.cti"
    assert find(own, environ={"MVCAM_COMMON_RUNENV": "/data/mvs/lib"}) == (own,)
    assert find(own, environ={"MVCAM_COMMON_RUNENV": "/data/*/lib"}) == ()


def test_gentl_path_is_filtered_by_name() -> None:
    environ = {"GENICAM_GENTL64_PATH": "/acme::/x/mvs:/none"}
    found = find("/acme/Acme.cti", "/x/mvs/MvProducerGEV.cti", environ=environ)
    assert found == ("/x/mvs/MvProducerGEV.cti",)


def test_wildcard_in_a_place() -> None:
    old = "/opt/spinnaker/lib/flir-gentl/FLIR_GenTL_Ubuntu_20_04_x86_64.cti"
    assert find(old) == (old,)


def test_ros_package() -> None:
    cti = "/opt/ros/humble/lib/spinnaker-gentl/Spinnaker_GenTL.cti"
    newer = cti.replace("humble", "zulu")
    assert find(cti, newer, environ={"ROS_DISTRO": "humble"}) == (cti,)
    assert find(cti, newer)[0] in (cti, newer)


def test_windows() -> None:
    hik = r"C:\Program Files (x86)\Common Files\MVS\Runtime\Win64_x64\MvProducerU3V.cti"
    acme = r"D:\gentl\MvProducerGEV.cti"
    found = find_producers(
        PROFILES,
        {"GENICAM_GENTL64_PATH": r"C:\none;D:\gentl"},
        system="windows",
        machine="AMD64",
        list_files=disk(hik, acme, MVS),
    )
    assert found == (hik, acme)


def test_a_link_to_a_producer_is_the_same_producer(tmp_path: Path) -> None:
    real = tmp_path / "a" / "Spinnaker_GenTL.cti"
    real.parent.mkdir()
    real.touch()
    link = tmp_path / "b" / "MvProducerU3V.cti"
    link.parent.mkdir()
    link.symlink_to(real)
    environ = {"GENICAM_GENTL64_PATH": f"{tmp_path}/a:{tmp_path}/b"}
    # This machine's own places are looked at too: only what is in tmp_path counts.
    found = find_producers(PROFILES, environ, system="linux", machine="x86_64")
    assert [cti for cti in found if cti.startswith(str(tmp_path))] == [str(real)]


def test_existing_files(tmp_path: Path) -> None:
    for name in ("a1.cti", "a2.cti", "b.cti"):
        (tmp_path / name).touch()
    (tmp_path / "a3.cti").mkdir()
    assert existing_files(f"{tmp_path}/a*.cti") == [f"{tmp_path}/a2.cti", f"{tmp_path}/a1.cti"]
    assert existing_files(f"{tmp_path}/none") == []


@pytest.mark.parametrize(
    ("machine", "bits", "name"),
    [
        ("AMD64", 64, "x86_64"),
        ("x86_64", 32, "x86"),
        ("i686", 32, "x86"),
        ("arm64", 64, "aarch64"),
        ("aarch64", 64, "aarch64"),
        ("riscv64", 64, "riscv64"),
    ],
)
def test_machine_name(machine: str, bits: int, name: str) -> None:
    assert machine_name(machine, bits) == name
