from __future__ import annotations

import math
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from camstrm.acquisition.gentl.binding import genapi
from camstrm.errors import CallError
from camstrm.grab.camera import main_features
from camstrm.grab.camera.main_features import READ_S, MainFeatures
from tests.fakes.gentl.node_map import ENUMERATION, FLOAT, NOT_AVAILABLE, FakeNode, FakeNodeMap


def camera(**nodes: FakeNode) -> Any:
    return SimpleNamespace(node_map=FakeNodeMap(**nodes))


def doing_at_once(of: Any) -> Any:
    def submit(job: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        done(job(of))

    return submit


def test_what_the_camera_has_of_the_main_features() -> None:
    of = camera(
        ExposureTime=FakeNode(FLOAT, 2000.0),
        GainAuto=FakeNode(ENUMERATION, "Off", entries=("Off", "Once")),
        Gamma=FakeNode(FLOAT, math.nan),
        BlackLevel=FakeNode(FLOAT, 3.0, access=NOT_AVAILABLE),
        Gain=FakeNode(FLOAT, unreadable=genapi.AccessException("no answer")),
        Width=FakeNode(FLOAT, 640.0),
    )
    assert MainFeatures(doing_at_once(of)).read() == {"ExposureTime": 2000.0, "GainAuto": "Off"}


def test_a_slow_camera_says_what_it_can_in_time() -> None:
    times = iter([100.0, 100.0, 100.0 + READ_S])
    of = camera(ExposureTime=FakeNode(FLOAT, 5.0), ExposureTimeAbs=FakeNode(FLOAT, 6.0))
    read = MainFeatures(doing_at_once(of), lambda: next(times)).read()
    assert read == {"ExposureTime": 5.0}


def test_a_camera_that_is_gone_says_nothing() -> None:
    def submit(job: Any, done: Callable[[Any], None]) -> None:
        done(CallError("camera left is not open", code="gone"))

    assert MainFeatures(submit).read() == {}


def test_an_answer_that_comes_too_late_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_features, "WAIT_S", 0.0)
    asked = threading.Event()
    assert MainFeatures(lambda job, done: asked.set()).read() == {}
    assert asked.is_set()
