"""compose.yaml: parsed where PyYAML is installed, and what real cameras cannot do without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from camstrm.profiles import load_profiles

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    found: dict[str, Any] = document["services"]["camstrm"]
    named = {mount["source"] for mount in found["volumes"] if mount["type"] == "volume"}
    assert named == set(document["volumes"])
    return found


def mounts(service: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {mount["target"]: mount for mount in service["volumes"]}


def test_builds_the_image(service: dict[str, Any]) -> None:
    context = (DEPLOY / service["build"]["context"]).resolve()
    assert (context / service["build"]["dockerfile"]).is_file()


def test_usb_cameras_may_come_back(service: dict[str, Any]) -> None:
    assert service["device_cgroup_rules"] == ["c 189:* rmw"]
    assert not mounts(service)["/dev/bus/usb"].get("read_only")
    assert "devices" not in service


def test_gige_cameras_see_the_host(service: dict[str, Any]) -> None:
    assert service["network_mode"] == "host"
    assert "ports" not in service


def test_nothing_but_token_and_usb_is_writable(service: dict[str, Any]) -> None:
    writable = {target for target, mount in mounts(service).items() if not mount.get("read_only")}
    assert writable == {"/var/lib/camstrm", "/dev/bus/usb"}
    assert service["cap_drop"] == ["ALL"]
    assert "privileged" not in service


def test_a_missing_folder_is_not_made(service: dict[str, Any]) -> None:
    for mount in service["volumes"]:
        if mount["type"] == "bind":
            assert mount["bind"] == {"create_host_path": False}, mount["source"]


def test_configuration_and_token_lie_where_the_image_looks(service: dict[str, Any]) -> None:
    image = (DEPLOY / "Dockerfile").read_text() + (DEPLOY / "entrypoint.sh").read_text()
    for target in ("/etc/camstrm/camstrm.toml", "/var/lib/camstrm"):
        assert target in mounts(service)
        assert target in image


def test_sdks_are_mounted_where_profiles_look(service: dict[str, Any]) -> None:
    places = {
        location.path for profile in load_profiles().values() for location in profile.locations
    }
    sdks = [target for target in mounts(service) if target.startswith("/opt/")]
    assert sdks
    for target in sdks:
        assert any(place.startswith(f"{target}/") for place in places), target
