"""The compose files: what holds for every container, and what real cameras cannot do without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from camstrm.profiles import load_profiles

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
REAL = ("compose.usb.yaml", "compose.gige.yaml")

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")


class Loader(yaml.SafeLoader):  # type: ignore[misc, name-defined]
    """Knows Compose's own tag, which takes out what the file before has."""


Loader.add_constructor("!reset", lambda *_: "reset")


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load((DEPLOY / name).read_text(), Loader)
    return document


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    document = read("compose.yaml")
    found: dict[str, Any] = document["services"]["camstrm"]
    named = {mount["source"] for mount in found["volumes"] if mount["type"] == "volume"}
    assert named == set(document["volumes"])
    return found


@pytest.fixture(params=REAL)
def real(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What one of the files for real cameras adds."""
    found: dict[str, Any] = read(request.param)["services"]["camstrm"]
    return found


def mounts(service: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {mount["target"]: mount for mount in service["volumes"]}


def test_builds_the_image(service: dict[str, Any]) -> None:
    context = (DEPLOY / service["build"]["context"]).resolve()
    assert (context / service["build"]["dockerfile"]).is_file()


def test_the_image_s_files_are_read_only_and_memory_and_processes_are_limited(
    service: dict[str, Any],
) -> None:
    assert service["read_only"] is True
    assert [entry.split(":")[0] for entry in service["tmpfs"]] == ["/tmp"]
    assert service["mem_limit"]
    assert service["pids_limit"] > 100
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service, "that of the image, which is not root"


@pytest.mark.parametrize("name", REAL)
def test_the_files_for_real_cameras_loosen_nothing(name: str) -> None:
    added = read(name)["services"]["camstrm"]
    kept = {"read_only", "cap_drop", "cap_add", "security_opt", "privileged", "user", "tmpfs"}
    assert not kept & added.keys()
    writable = {target for target, mount in mounts(added).items() if not mount.get("read_only")}
    assert writable == ({"/dev/bus/usb"} if "usb" in name else set())


def test_simulated_cameras_need_nothing_of_the_machine(service: dict[str, Any]) -> None:
    assert set(mounts(service)) == {"/var/lib/camstrm"}
    assert service["ports"] == ["8765:8765"]
    assert "network_mode" not in service


def test_usb_cameras_may_come_back() -> None:
    service = read("compose.usb.yaml")["services"]["camstrm"]
    assert service["device_cgroup_rules"] == ["c 189:* rmw"]
    assert not mounts(service)["/dev/bus/usb"].get("read_only")
    assert "devices" not in service


def test_real_cameras_see_the_host(real: dict[str, Any]) -> None:
    assert real["network_mode"] == "host"
    assert real["ports"] == "reset"


def test_a_missing_folder_is_not_made(real: dict[str, Any]) -> None:
    for mount in real["volumes"]:
        if mount["type"] == "bind":
            assert mount["bind"] == {"create_host_path": False}, mount["source"]


def test_configuration_and_token_lie_where_the_image_looks(
    service: dict[str, Any], real: dict[str, Any]
) -> None:
    image = (DEPLOY / "Dockerfile").read_text() + (DEPLOY / "entrypoint.sh").read_text()
    assert "/var/lib/camstrm" in mounts(service)
    assert "/etc/camstrm/camstrm.toml" in mounts(real)
    for target in ("/etc/camstrm/camstrm.toml", "/var/lib/camstrm"):
        assert target in image


def test_sdks_are_mounted_where_profiles_look(real: dict[str, Any]) -> None:
    places = {
        location.path for profile in load_profiles().values() for location in profile.locations
    }
    sdks = [target for target in mounts(real) if target.startswith("/opt/")]
    assert sdks
    for target in sdks:
        assert any(place.startswith(f"{target}/") for place in places), target


def test_files_that_comments_name_exist() -> None:
    for name in ("compose.yaml", *REAL):
        for path in re.findall(r"deploy/[\w.]+", (DEPLOY / name).read_text()):
            assert (DEPLOY.parent / path).is_file(), path
