"""Faults of listing and opening cameras, and crashes on command."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from ctypes import byref, c_size_t
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.fakes.gentl.error_texts import DECODES_ERROR_TEXTS
from tests.fakes.gentl.producers import child_environment
from tests.fakes.gentl.scenes_in_child import play as play_fake
from tests.simulator.harvesters_child import play
from tests.simulator.raw_gentl import GentlError, RawGentl
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

WriteScenario = Callable[[Scenario], RunnableScenario]

ID, SERIAL_NUMBER = 0, 7


@pytest.mark.parametrize(("knob", "code"), [(1, GcError.IO), (1004, GcError.RESOURCE_IN_USE)])
def test_interface_that_cannot_be_opened(
    camsim: Path, write_scenario: WriteScenario, knob: int, code: GcError
) -> None:
    cameras = (CameraSpec("A1", interface="bad"), CameraSpec("A2", interface="good"))
    run = write_scenario(Scenario(cameras))
    with run.interface_control("bad") as control:
        control.set(open_fails=knob)
        with RawGentl(camsim) as gentl, pytest.raises(GentlError) as failure:
            gentl.open_interfaces()
        assert failure.value.code == code
        assert play("serials", run.variables, cti=camsim) == ["A2"]
        control.clear()
        assert play("serials", run.variables, cti=camsim) == ["A1", "A2"]


@pytest.mark.parametrize(("level", "told"), [(1, {ID, SERIAL_NUMBER}), (2, {ID})])
def test_device_that_answers_nothing_before_it_is_open(
    gentl: RawGentl, run: RunnableScenario, level: int, told: set[int]
) -> None:
    (interface,) = gentl.open_interfaces()
    name = gentl.text("IFGetDeviceID", interface, 0).encode()
    with run.control("A1") as control:
        control.set(no_device_query=level)
        size = c_size_t()
        arguments = (None, None, byref(size))
        codes = {
            command: gentl.code("IFGetDeviceInfo", interface, name, command, *arguments)
            for command in range(10)
        }
        assert set(codes.values()) == {GcError.SUCCESS, GcError.ERROR}
        assert {command for command, code in codes.items() if not code} == told
        control.clear()


@pytest.mark.parametrize(("knobs", "error"), [({"gbk_errors": 1}, True), ({}, False)])
def test_plain_harvesters_and_error_texts(
    camsim: Path, run: RunnableScenario, knobs: dict[str, int], error: bool
) -> None:
    """Harvesters asks the unopened device: as with Hikrobot, the text decides what happens."""
    with run.control("A1") as control:
        control.set(**knobs)
        told = play_fake("plain_create", run.variables, cti=str(camsim), serial="A1")
    if DECODES_ERROR_TEXTS:
        assert told == ("UnicodeDecodeError" if error else "opened")


@pytest.mark.parametrize(("bad_xml", "opens"), [(0, True), (1, False), (2, False), (3, False)])
def test_descriptions_that_are_broken(
    camsim: Path, run: RunnableScenario, bad_xml: int, opens: bool
) -> None:
    with run.control("A1") as control:
        control.set(bad_xml=bad_xml)
        try:
            told = play("script", run.variables, cti=camsim, serial="A1", steps=[["get", "Width"]])
        except AssertionError:
            told = None
    assert told == ([640] if opens else None)


def test_user_name_in_gbk(gentl: RawGentl, run: RunnableScenario) -> None:
    (interface,) = gentl.open_interfaces()
    name = gentl.text("IFGetDeviceID", interface, 0).encode()
    with run.control("A1") as control:
        control.set(gbk_user_name=1)
        with pytest.raises(UnicodeDecodeError):
            gentl.info("IFGetDeviceInfo", interface, name, 6)


@pytest.mark.parametrize(("value", "moment"), [(1, "frame"), (2, "opening"), (3, "register")])
def test_crash_on_command(camsim: Path, run: RunnableScenario, value: int, moment: str) -> None:
    with run.control("A1") as control:
        control.set(crash=value)
        with subprocess.Popen(
            [sys.executable, "-m", "tests.simulator.hold", str(camsim), "A1", "stream"],
            env=child_environment(**run.variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as child:
            assert child.wait(30) == -signal.SIGSEGV, moment
        assert control["crash"] == 0, "once"
