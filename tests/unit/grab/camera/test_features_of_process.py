"""Calls for features to a real camera process with the simulator's camera."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from camstrm.config import CameraSettings, ProcessSettings, ProducerSettings, StreamSettings
from camstrm.feed.packet_socket import BlockingPacketSocket
from camstrm.grab.camera.group import GroupCamera, ProcessGroup
from camstrm.profiles import load_profiles, profile_candidates, profile_of
from camstrm.wire import (
    PROCESS_DOWN,
    PROCESS_UP,
    Call,
    CameraState,
    CameraStatus,
    PacketKind,
    Reply,
    Report,
    Start,
    Stop,
)
from tests.fakes.gentl.producers import child_environment
from tests.fakes.manual_loop import LONG_S
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario

FEATURES: dict[str, bool | int | float | str] = {"Width": 320, "ExposureTime": 500.0}


class CameraOfProcess:
    """The only camera of a process, asked through its socket."""

    def __init__(self, folder: Path) -> None:
        self.serial = f"F{os.getpid()}"
        cti = str(build_simulator())
        scenario = Scenario((CameraSpec(self.serial, frame_rate=200.0),)).write(folder)
        profiles = load_profiles()
        group = ProcessGroup(
            cti=cti,
            profile=profile_of(profiles, ProducerSettings(cti=cti)),
            candidates=profile_candidates(profiles, cti),
            cameras=(GroupCamera(0, CameraSettings(serial=self.serial, features=FEATURES)),),
            stream=StreamSettings(),
            process=ProcessSettings(),
            log_level="ERROR",
        )
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "camstrm.grab.camera.process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=child_environment(**scenario.variables),
            )
        self.socket = ours
        self.end = BlockingPacketSocket(ours, LONG_S)
        self.end.send_text(PROCESS_DOWN.encode(Start(group.to_settings())))
        self.status: CameraStatus | None = None
        self.states: list[int] = []
        self.replies: dict[int, Reply] = {}
        self.ids = 0

    def await_state(self, state: CameraState) -> CameraStatus:
        while self.status is None or self.status.state != state:
            self.receive()
        return self.status

    def receive(self) -> None:
        for packet in self.end.receive():
            if packet.kind is not PacketKind.TEXT:
                continue
            message = PROCESS_UP.decode(packet.payload)
            if isinstance(message, Report):
                (self.status,) = message.cameras
                self.states.append(self.status.state)
            elif isinstance(message, Reply):
                self.replies[message.id] = message

    def ask(self, do: str, **arguments: Any) -> Any:
        self.ids += 1
        call = Call(self.ids, 0, do, Raw(json.dumps(arguments).encode()))
        self.end.send_text(PROCESS_DOWN.encode(call))
        while self.ids not in self.replies:
            self.receive()
        reply = self.replies[self.ids]
        return json.loads(bytes(reply.result)) if reply.ok else reply

    def close(self) -> None:
        try:
            self.end.send_text(PROCESS_DOWN.encode(Stop()))
            assert self.process.wait(LONG_S) == 0
        finally:
            self.process.kill()
            self.process.wait()
            self.socket.close()


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Generator[CameraOfProcess, None, None]:
    camera = CameraOfProcess(tmp_path_factory.mktemp("features"))
    try:
        camera.await_state(CameraState.STREAMING)
        yield camera
    finally:
        camera.close()


def test_the_tree_and_all_values_beside_the_stream(camera: CameraOfProcess) -> None:
    tree = camera.ask("features")
    values = camera.ask("values")
    names = {feature["name"] for feature in tree["features"]}
    assert set(values["features"]) == names
    assert len(names) > 40
    assert camera.ask("features", hash=tree["hash"]) == {"hash": tree["hash"]}
    width = values["features"]["Width"]
    assert (width["value"], width["needs_stop"]) == (320, True)
    assert "probably because it streams" in width["locked_by"]


def test_what_is_free_is_set_while_it_streams(camera: CameraOfProcess) -> None:
    starts = camera.await_state(CameraState.STREAMING).reconfigured
    told = camera.ask("set", feature="ExposureTime", value=700)
    assert (told["applied"], told["old"], told["value"]) == (True, 500.0, 700.0)
    values = camera.ask("values", features=["ExposureTime"])
    assert values["features"]["ExposureTime"]["differs"]
    assert [live["feature"] for live in values["live"]] == ["ExposureTime"]
    (back,) = camera.ask("revert")["changes"]
    assert (back["feature"], back["value"]) == ("ExposureTime", 500.0)
    assert "live" not in camera.ask("values", features=["ExposureTime"])
    assert camera.await_state(CameraState.STREAMING).reconfigured == starts


def test_what_is_locked_needs_a_stop(camera: CameraOfProcess) -> None:
    refused = camera.ask("set", feature="Width", value=640)
    assert (refused.ok, refused.code) == (False, "locked")
    assert "this camera stops for about 0.1 s" in refused.remedy
    told = camera.ask("set", feature="Width", value=640, stop=True)
    assert (told["applied"], told["value"]) == (True, 640)
    assert told["stopped_ms"] > 0
    assert camera.await_state(CameraState.STREAMING).reconnects == 0
    told = camera.ask("set", feature="Width", value=100_000, stop=True)
    assert (told["applied"], told["value"]) == (False, 640)
    camera.await_state(CameraState.STREAMING)
    assert camera.ask("revert", stop=True)["changes"][0]["value"] == 320


def test_a_watcher_hears_of_it(camera: CameraOfProcess) -> None:
    camera.await_state(CameraState.STREAMING)
    first = camera.ask("watch", features=["ExposureTime", "Width"])
    assert set(first["features"]) == {"ExposureTime", "Width"}
    camera.ask("set", feature="ExposureTime", value=900)
    news = camera.ask("watch", features=["ExposureTime", "Width"], after=first["revision"])
    assert news["features"]["ExposureTime"]["value"] == 900.0
    assert "Width" not in news["features"]


def test_a_file_of_its_settings(camera: CameraOfProcess) -> None:
    camera.await_state(CameraState.STREAMING)
    saved = camera.ask("save")
    assert saved["settings"] > 20
    assert camera.ask("diff", text=saved["text"]) == {"equal": saved["settings"]}
    changed = saved["text"].replace("ExposureTime\t900.0", "ExposureTime\t450.0")
    assert changed != saved["text"]
    (difference,) = camera.ask("diff", text=changed)["differences"]
    assert (difference["feature"], difference["wanted"]) == ("ExposureTime", 450.0)
    changes = camera.ask("load", text=changed)["changes"]
    assert [c["feature"] for c in changes if not c["applied"]] == []
    assert camera.ask("values", features=["ExposureTime"])["features"]["ExposureTime"][
        "value"
    ] == pytest.approx(450.0)


def test_what_is_wrong_with_it_and_a_reconnect(camera: CameraOfProcess) -> None:
    reconnects = camera.await_state(CameraState.STREAMING).reconnects
    findings = camera.ask("diagnose")["findings"]
    assert "error" not in [finding["level"] for finding in findings]
    live = camera.ask("values", features=["Width"])["live"]
    assert camera.ask("reconnect") == {}
    while camera.status is None or camera.status.reconnects == reconnects:
        camera.receive()
    camera.await_state(CameraState.STREAMING)
    assert camera.ask("values", features=["Width"])["live"] == live
