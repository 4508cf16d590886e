"""How many lines a camera that cannot stream costs, by a clock that only the script moves."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from camstrm.acquisition.worker.configure import CameraConfigurator
from camstrm.acquisition.worker.settings import RETRY_S
from camstrm.config import CameraSettings
from camstrm.errors import CameraBusyError, CameraError, CameraNotFoundError
from camstrm.profiles import load_profiles
from tests.fakes.clock import START_S
from tests.fakes.gentl import node_map as fake
from tests.fakes.gentl.node_map import FakeNode, FakeNodeMap
from tests.fakes.grabber.scripted_camera import Opening, Scene, Step

ATTEMPTS = 200


def lines_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *openings: Opening
) -> Counter[int]:
    """Play a camera whose features are refused; return how many lines each minute has."""
    refused = FakeNodeMap(
        **{name: FakeNode(fake.INTEGER, 1, access=fake.READ_ONLY) for name in ("Gain", "Gamma")}
    )
    wanted = CameraSettings(serial="7", features={"Gain": 3, "Gamma": 2, "Hue": 1})
    real = CameraConfigurator(load_profiles()["generic"], wanted)

    def configure(camera: Any) -> None:
        camera.node_map, camera.stream_node_map = refused, None
        real.configure(camera)

    scene = Scene(monkeypatch, *openings, configure=configure, retry_s=RETRY_S)
    minutes: Counter[int] = Counter()

    class Minutes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            minutes[int((scene.clock.now_s - START_S) // 60)] += 1

    handler = Minutes(logging.INFO)
    logger = logging.getLogger("camstrm")
    logger.addHandler(handler)
    caplog.set_level(logging.INFO)
    try:
        scene.play()
    finally:
        logger.removeHandler(handler)
    assert max(minutes) >= 2, "minutes were played"
    return minutes


def in_turns(*makers: Callable[[int], Opening]) -> list[Opening]:
    return [makers[n % len(makers)](n) for n in range(ATTEMPTS)]


def test_three_sick_cameras_cost_twenty_lines_a_minute_at_most(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    silence: list[Step] = ["nothing"] * 100
    cannot_start = CameraError("left", "TLParamsLocked cannot be set")

    def flapping(_: int) -> Opening:
        return Opening([*["frame", "nothing"] * 6, *silence], bus="U3V")

    def lost(number: int) -> Opening:
        gone = CameraNotFoundError("left", "7", (f"A{number}",), "x.cti")
        return Opening(error=gone, bus="U3V")

    def held(number: int) -> Opening:
        return Opening(error=CameraBusyError("left", f"by process {number}"), bus="U3V")

    def broken(_: int) -> Opening:
        return Opening(configure_error=cannot_start, bus="U3V")

    def silent(_: int) -> Opening:
        return Opening(silence, bus="U3V")

    worst = []
    for script in ([broken], [lost, held], [flapping], [flapping, lost, silent, held]):
        with monkeypatch.context() as patch:
            minutes = lines_a_minute(patch, caplog, *in_turns(*script))
        assert max(minutes.values()) <= 10, script
        worst.append(max(count for minute, count in minutes.items() if minute))
    assert sum(sorted(worst)[-3:]) <= 20
