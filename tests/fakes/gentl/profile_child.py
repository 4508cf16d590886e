"""Apply a profile's plan to a camera in a process of its own.

:func:`apply_profile` starts ``python -m tests.fakes.gentl.profile_child`` with one JSON object on
standard input; what it prints is the result.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

import msgspec

from camstrm.config import CameraSettings, FeatureValue
from camstrm.profiles import FeatureStep
from tests.fakes.gentl.producers import child_environment

__all__ = ["Applied", "Result", "apply_profile"]

_TIMEOUT_S = 60.0


class Result(msgspec.Struct, frozen=True):
    """A FeatureResult as it came over the pipe."""

    name: str
    wanted: FeatureValue | None
    applied: bool
    value: FeatureValue | None
    reason: str


class Applied(msgspec.Struct, frozen=True):
    """``profile``: the one that matched. ``log``: INFO and above."""

    profile: str
    steps: tuple[FeatureStep, ...]
    results: tuple[Result, ...]
    log: tuple[str, ...]


class _Request(msgspec.Struct, frozen=True):
    cti: str
    camera: CameraSettings


def apply_profile(cti: str, camera: CameraSettings, variables: Mapping[str, str]) -> Applied:
    """Open the camera, match its profile as a camera process does, and apply it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.gentl.profile_child"],
        env=child_environment(**variables),
        input=msgspec.json.encode(_Request(cti, camera)),
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return msgspec.json.decode(done.stdout, type=Applied)


def _apply(request: _Request, log: list[str]) -> dict[str, Any]:
    # Late: the test's own process must not load GenTL.
    from camstrm.acquisition.camera import Camera
    from camstrm.acquisition.discovery.link import link_facts
    from camstrm.acquisition.gentl.producer import GentlProducer
    from camstrm.profiles import load_profiles, match_profile, plan_features
    from tests.fakes.gentl.applied_steps import apply_steps

    producer = GentlProducer(request.cti)
    producer.open()
    camera = Camera(producer, request.camera.serial)
    camera.open()
    try:
        info = camera.info
        profile = match_profile(load_profiles(), request.cti, info.vendor, info.tl_type)
        plan = plan_features(profile, request.camera, link_facts(camera.node_map, 1))
        results = apply_steps(info.serial, camera.node_map, plan, camera.pixel_format_code)
    finally:
        camera.close(answers=True)
        producer.close()
    return {"profile": profile.name, "steps": plan, "results": results, "log": log}


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.getMessage()}")


def main() -> None:
    """Child side."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=_Request)
    lines = _Lines()
    logging.getLogger("camstrm").setLevel(logging.INFO)
    logging.getLogger("camstrm").addHandler(lines)
    answer: list[dict[str, Any]] = []
    # In the main thread Harvesters would take SIGINT.
    thread = threading.Thread(target=lambda: answer.append(_apply(request, lines.lines)))
    thread.start()
    thread.join()
    sys.stdout.write(json.dumps(msgspec.to_builtins(answer[0])))


if __name__ == "__main__":
    main()
