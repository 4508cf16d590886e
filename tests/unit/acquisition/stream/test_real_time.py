from __future__ import annotations

import errno
import logging
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from camstrm.acquisition.stream import real_time
from camstrm.acquisition.stream.real_time import ask_for_real_time
from camstrm.acquisition.worker.settings import acquisition_settings
from camstrm.config import CameraSettings, ProcessSettings
from camstrm.profiles import load_profiles
from tests.fakes.grabber.scripted_camera import Opening, Scene

Asked = list[tuple[int, int, int]]


def refuse(*_: Any) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the kernel is asked, which grants it."""
    calls: Asked = []

    def grant(thread: int, policy: int, parameter: os.sched_param) -> None:
        calls.append((thread, policy, parameter.sched_priority))

    monkeypatch.setattr(os, "sched_setscheduler", grant)
    return calls


def test_the_calling_thread_gets_the_lowest_real_time_priority(asked: Asked) -> None:
    assert ask_for_real_time("left")
    assert asked == [(threading.get_native_id(), os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, 1)]


@pytest.mark.parametrize("nice_too", [False, True])
def test_a_refusal_is_one_line_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, nice_too: bool
) -> None:
    calls: list[tuple[int, ...]] = []

    def set_priority(*call: int) -> None:
        calls.append(call)
        if not nice_too:
            refuse()

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "setpriority", set_priority)
    with caplog.at_level(logging.INFO):
        assert not ask_for_real_time("left")
    assert calls == [(os.PRIO_PROCESS, threading.get_native_id(), -10)]
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    text = record.getMessage()
    for words in ("camera left", "Operation not permitted", "LimitRTPRIO", "rtprio", "SYS_NICE"):
        assert words in text
    assert ("nice -10" if nice_too else "normal priority") in text


def test_a_system_without_such_priorities(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(os, "sched_setscheduler")
    assert not ask_for_real_time("left")
    assert "no real-time priorities" in caplog.text


@pytest.fixture
def worker_asks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Play a camera to its end; return which threads asked."""

    def play(*, realtime: bool) -> list[str]:
        threads: list[str] = []

        def refused(camera: str) -> bool:
            threads.append(f"{camera}: {threading.current_thread().name}")
            return False

        monkeypatch.setattr("camstrm.acquisition.worker.worker.ask_for_real_time", refused)
        scene = Scene(monkeypatch, Opening(["frame"]), realtime=realtime)
        scene.play()
        assert scene.worker.statistics.delivered == 1, "a refusal changes nothing else"
        return threads

    return play


def test_a_worker_asks_once_for_its_own_thread(worker_asks: Callable[..., list[str]]) -> None:
    assert worker_asks(realtime=True) == ["left: acquire-left"]


def test_without_the_setting_nobody_asks(worker_asks: Callable[..., list[str]]) -> None:
    assert worker_asks(realtime=False) == []


@pytest.mark.parametrize("wanted", [False, True])
def test_the_configuration_decides(wanted: bool) -> None:
    settings = acquisition_settings(
        load_profiles()["generic"].quirks,
        CameraSettings(serial="1"),
        ProcessSettings(realtime=wanted),
    )
    assert settings.realtime is wanted
    assert not ProcessSettings().realtime


def test_the_kernel_of_this_machine_answers_without_an_exception() -> None:
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(real_time.ask_for_real_time("left")))
    thread.start()
    thread.join(30)
    assert len(answers) == 1
