"""Which camera is opened, and why one is not: on the simulator, in a child process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.gentl.scenes_in_child import play
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, InterfaceSpec, Scenario

Script = Callable[..., list[Any]]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Play steps (see camera_script) on cameras."""

    def run(
        cameras: tuple[CameraSpec, ...],
        *steps: list[Any],
        interfaces: tuple[InterfaceSpec, ...] = (),
    ) -> list[Any]:
        scenario = Scenario(cameras, interfaces).write(tmp_path)
        folder = str(scenario.control_folder)
        cti = str(build_simulator())
        found: list[Any] = play(
            "camera_script", scenario.variables, cti=cti, folder=folder, steps=list(steps)
        )
        return found

    return run


def test_a_camera_whose_node_map_tells_another_serial_number_is_opened(script: Script) -> None:
    """Decimal for hexadecimal, a prefix, blanks, an integer node, 0, and one number for all."""
    told = {
        "decimal": ("013792A5", "20419237", "string"),
        "prefix": ("X-001", "Y-X-001", "string"),
        "blanks": ("B1", "B1  ", "string"),
        "zeros": ("00123", "123", "string"),
        "integer": ("N1", "77", "integer"),
        "zero": ("Z1", "0", "integer"),
    }
    cameras = tuple(
        CameraSpec(name, told_serial=serial, node_serial=node, node_serial_type=kind)
        for name, (serial, node, kind) in told.items()
    )
    steps: list[list[Any]] = []
    for serial, _, _ in told.values():
        steps += [["open", serial], ["node serial"], ["close"]]
    given = script(cameras, *steps)
    assert [info["serial"] for info in given[::3]] == [serial for serial, _, _ in told.values()]
    assert given[1::3] == ["20419237", "Y-X-001", "", "", "77", "0"]


def test_cameras_without_a_serial_number_of_their_own_are_opened_by_device_id(
    script: Script,
) -> None:
    cameras = (
        CameraSpec("a", told_serial="none"),
        CameraSpec("b", told_serial="empty"),
        CameraSpec("c", told_serial="TWIN"),
        CameraSpec("d", told_serial="TWIN"),
        CameraSpec("e"),
    )
    ids = [f"id:camstrm-{name}-0" for name in "abcd"]
    devices, *opened, twins, by_id, missing = script(
        cameras,
        ["devices"],
        *(step for selector in ids for step in (["open", selector], ["close"])),
        ["open", "TWIN"],
        ["open", "id:camstrm-e-0"],
        ["open", "id:camstrm-f-0"],
    )
    assert [device["selector"] for device in devices] == [*ids, "e"]
    assert [info["device_id"] for info in opened[::2]] == [text[3:] for text in ids]
    assert twins.startswith("CameraAmbiguousError: camera TWIN: 2 cameras have the serial number")
    assert f"serial = {ids[2]!r} or serial = {ids[3]!r}" in twins
    assert by_id["serial"] == "e"
    assert "no camera with device id 'camstrm-f-0'" in missing
    assert all(repr(text) in missing for text in (*ids, "e"))


def test_a_user_defined_name_that_is_only_in_the_display_name_is_shown(script: Script) -> None:
    cameras = (
        CameraSpec("GV01", display_name="cam0 (GV01)", user_name_query=False),
        CameraSpec("GV02", display_name="왼쪽 카메라", user_name_query=False),
        CameraSpec("GV03", user_name_query=False),
        CameraSpec("GV04", display_name="other", user_name="right"),
    )
    (devices,) = script(cameras, ["devices"])
    assert [device["user_name"] for device in devices] == ["cam0", "왼쪽 카메라", "", "right"]


def test_a_camera_that_comes_back_with_another_device_id_is_opened_at_once(
    script: Script,
) -> None:
    """The old one answers ACCESS_DENIED: another address by DHCP or link-local."""
    info, _, _, moved, _, _, by_id = script(
        (CameraSpec("A", bus="GEV"),),
        ["open", "A"],
        ["close"],
        ["set", "A", {"moved": 1}],
        ["open", "A"],
        ["close"],
        ["set", "A", {"moved": 2}],
        ["open", f"id:{'camstrm-A-0'}"],
    )
    assert moved["serial"] == "A"
    assert moved["device_id"] != info["device_id"]
    assert by_id.startswith("CameraUnreachableError: ")
    assert "camera id:camstrm-A-0: no answer" in by_id


@pytest.mark.parametrize(("bus", "link"), [("GEV", "network"), ("U3V", "USB port")])
def test_a_camera_that_no_search_lists_any_more_does_not_answer(
    script: Script, bus: str, link: str
) -> None:
    _, gone, still_gone, _, back = script(
        (CameraSpec("A", bus=bus, control_timeout_ms=1, control_retries=0),),
        ["set", "A", {"unplugged": 2}],
        ["open", "A"],
        ["open", "A"],
        ["set", "A", {"unplugged": 0}],
        ["open", "A"],
    )
    no_answer = f"CameraUnreachableError: camera A: no answer; check cable, power and {link} ("
    assert gone.startswith(f"{no_answer}no longer listed; ")
    assert "GC_ERR_ACCESS_DENIED -1005" in gone, "the producer's own words stay"
    assert still_gone == f"{no_answer}the producer no longer lists it)"
    assert back["serial"] == "A"


def test_a_camera_that_is_listed_answers_and_refuses_is_held_by_another_program(
    script: Script,
) -> None:
    # A serial number of this run's own: a demo on this machine may have a camera "A" open.
    serial = f"A{os.getpid()}"
    _, held, _, status, free = script(
        (CameraSpec(serial, bus="GEV"), CameraSpec("B", access_status=3)),
        ["set", serial, {"busy": 1}],
        ["open", serial],
        ["set", serial, {"busy": 0}],
        ["open", "B"],
        ["open", serial],
    )
    assert held.startswith(f"CameraBusyError: camera {serial}: held by another program (")
    assert status["serial"] == "B", "an access status proves nothing"
    assert free["serial"] == serial


def test_a_camera_in_a_wrong_subnet_is_named_as_that_with_both_addresses(script: Script) -> None:
    near: dict[str, Any] = {"bus": "GEV", "interface": "eth", "control_timeout_ms": 1}
    devices, wrong, _, opened, _, _, later, unknown = script(
        (
            CameraSpec("A", ip_address="10.0.0.7", **near),
            CameraSpec("B", ip_address="192.168.1.7", **near),
            CameraSpec("C", bus="GEV", interface="bare", control_timeout_ms=1),
        ),
        ["devices"],
        ["open", "A"],
        ["set", "C", {"wrong_subnet": 1}],
        ["open", "B"],
        ["close"],
        ["set", "B", {"wrong_subnet": 1}],
        ["open", "B"],
        ["open", "C"],
        interfaces=(
            InterfaceSpec("eth", bus="GEV", ip_address="192.168.1.10"),
            InterfaceSpec("bare", bus="GEV"),
        ),
    )
    addresses = {d["serial"]: (d["address"], d["networks"]) for d in devices}
    assert addresses["A"] == ("10.0.0.7/24", "192.168.1.10/24")
    assert addresses["B"] == ("192.168.1.7/24", "192.168.1.10/24")
    assert wrong.startswith(
        "CameraSubnetError: camera A: in a wrong subnet: the camera has the address 10.0.0.7/24, "
        "its network card 192.168.1.10/24 ("
    )
    assert "GC_ERR_ACCESS_DENIED" in wrong
    assert opened["serial"] == "B"
    assert "the camera has the address 169.254." in later
    assert unknown.startswith("CameraUnreachableError: camera C: no answer; check cable"), (
        "where nobody tells the addresses, the producer's words decide"
    )
