from __future__ import annotations

import json
import os
import select
import sys
from pathlib import Path

import pytest

from camstrm.acquisition.child_text import ChildText
from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.discovery.scan import (
    discovery_command,
    parse_discovery,
    scan_producer,
)
from camstrm.errors import ProducerError, ProducerTimeoutError
from tests.fakes.gentl.producers import SERIALS, child_environment, fault_variables, simulator

DEVICE = {"cti": "a.cti", "serial": "007", "vendor": "Maker"}


def output(*lines: object) -> bytes:
    return "".join(
        (line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines
    ).encode()


def test_devices_of_a_child() -> None:
    found = parse_discovery("a.cti", output({"devices": [DEVICE]}), 0, ChildText())
    assert found == (DeviceInfo("a.cti", "007", "Maker"),)
    assert parse_discovery("a.cti", output({"devices": []}), 0, ChildText()) == ()


def test_what_a_producer_prints_itself_is_passed_over() -> None:
    noise = "GenTL v1.5 (c) Maker\n{\n"
    assert len(parse_discovery("a.cti", output(noise, {"devices": [DEVICE]}), 0, ChildText())) == 1


def test_a_problem_of_the_child_is_raised_with_its_remedy() -> None:
    body = {"problem": "cannot be loaded", "remedy": "Install it"}
    with pytest.raises(ProducerError) as caught:
        parse_discovery("a.cti", output(body), 3, ChildText())
    assert (caught.value.problem, caught.value.remedy) == ("cannot be loaded", "Install it")


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"{}", b"[]", b"7", b"\xff\xfe", b'{"devices": [{"x": 1}]}', b"{", b"null"]
)
def test_garbage_of_a_child_is_told(text: bytes) -> None:
    with pytest.raises(ProducerError, match="its cameras cannot be listed: the process"):
        parse_discovery("a.cti", text, 1, ChildText())


def test_garbage_of_a_child_that_ends_well_is_shown() -> None:
    with pytest.raises(ProducerError, match="gave no answer but 'hello'"):
        parse_discovery("a.cti", b"hello\n", 0, ChildText())


def test_a_crash_is_told() -> None:
    with pytest.raises(ProducerError, match="process that loads it was ended by SIGSEGV") as caught:
        parse_discovery("a.cti", b"", -11, ChildText())
    assert "Reinstall" in caught.value.remedy


def test_the_command_of_a_child() -> None:
    assert discovery_command("a.cti")[0] == sys.executable
    command = discovery_command("a.cti", "/opt/python", "utf-8")
    assert (command[0], command[-2:]) == ("/opt/python", ["a.cti", "utf-8"])


def test_the_cameras_of_the_simulator() -> None:
    found = scan_producer(simulator()).devices
    assert tuple(device.serial for device in found) == SERIALS
    assert found[0].model == "Viky"


def test_names_in_the_producer_s_encoding_survive(forwarding: str) -> None:
    environment = child_environment(**fault_variables("gbk gbk_names"))
    found = scan_producer(forwarding, environment, text_encoding="gbk").devices
    assert [device.user_name for device in found] == ["相机"] * 3


def test_a_file_that_is_no_producer(tmp_path: Path) -> None:
    with pytest.raises(ProducerError, match="file not found"):
        scan_producer(str(tmp_path / "no.cti"))


def test_an_interpreter_that_is_not_there() -> None:
    with pytest.raises(ProducerError, match=r"cannot be started: /no/python \(No such file"):
        scan_producer(simulator(), python="/no/python")


def test_a_producer_that_hangs(tmp_path: Path) -> None:
    sleeper = tmp_path / "python"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n")
    sleeper.chmod(0o755)
    with pytest.raises(ProducerError, match=r"did not answer within 0\.2 s"):
        scan_producer(simulator(), dict(os.environ), python=str(sleeper), timeout_s=0.2)


def test_what_could_not_be_searched_is_told(tmp_path: Path) -> None:
    body = {"devices": [DEVICE], "problems": ["an interface is broken"]}
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\necho '{json.dumps(body)}'\n")
    stand_in.chmod(0o755)
    found = scan_producer("a.cti", python=str(stand_in))
    assert found.devices == (DeviceInfo("a.cti", "007", "Maker"),)
    assert found.problems == ("an interface is broken",)


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
def test_what_a_hanging_child_started_is_killed_too(tmp_path: Path) -> None:
    stand_in, pid_file = tmp_path / "python", tmp_path / "pid"
    # The grandchild holds the output open; a kill of its parent alone would leave it.
    stand_in.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {pid_file}\nwait\n")
    stand_in.chmod(0o755)
    with pytest.raises(ProducerTimeoutError):
        scan_producer("a.cti", python=str(stand_in), timeout_s=0.5)
    try:
        killed = os.pidfd_open(int(pid_file.read_text()))
    except ProcessLookupError:
        return
    ended, _, _ = select.select([killed], [], [], 30.0)
    os.close(killed)
    assert ended, "the sleep of 60 s goes on"
