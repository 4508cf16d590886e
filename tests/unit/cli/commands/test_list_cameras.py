from __future__ import annotations

import contextlib
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.acquisition.discovery.scan import discovery_command
from camstrm.acquisition.gentl.producer_check import REQUIRED_SYMBOLS
from camstrm.acquisition.open_mark import OpenMark
from camstrm.cli import settings as settings_module
from camstrm.cli.main import main
from camstrm.cli.parser import build_parser
from tests.fakes.gentl.producers import (
    FORWARDING_SOURCE,
    child_environment,
    compile_library,
    fault_variables,
    forwarding_producer,
    simulator,
)
from tests.simulator.build import SimulatorBuildError, build_simulator
from tests.simulator.scenario import CameraSpec, InterfaceSpec, RunnableScenario, Scenario


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_module, "find_producers", lambda *_: ())


def test_cameras_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--cti", simulator()]) == 0
    captured = capsys.readouterr()
    header, *rows = captured.out.splitlines()
    columns = ["SERIAL", "VENDOR", "MODEL", "NAME", "BUS", "ACCESS", "PRODUCER"]
    assert header.split() == columns
    assert [row.split()[0] for row in rows] == ["0", "1", "2"]
    assert all("Viky" in row and row.endswith(simulator()) for row in rows)
    assert captured.err == ""


def test_cameras_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json", "--cti", simulator()]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["serial"] for row in rows] == ["0", "1", "2"]
    assert rows[0]["tl_type"] == "Custom"


def test_names_in_the_maker_s_encoding(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in fault_variables("gbk gbk_names").items():
        monkeypatch.setenv(name, value)
    cti = forwarding_producer(tmp_path_factory, "MvProducerU3V.cti")
    assert main(["list", "--cti", cti]) == 0
    assert capsys.readouterr().out.count("相机") == 3


def test_the_binding_s_lines_never_reach_the_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name, value in fault_variables("").items():
        monkeypatch.setenv(name, value)
    # A producer of GenTL 1.5, as the makers' are.
    source = tmp_path / "old.c"
    source.write_text(f'#define DSAnnounceCompositeBuffer Hidden\n#include "{FORWARDING_SOURCE}"\n')
    cti = compile_library(source, tmp_path / "old.cti")
    command = discovery_command(cti)
    said = subprocess.run(command, capture_output=True, check=True, timeout=60).stderr
    assert b"GenTL producer does not implement DSAnnounceCompositeBuffer" in said
    assert main(["list", "--cti", cti]) == 0
    assert main(["features", "1", "--cti", cti]) == 0
    assert main(["doctor", "--cti", cti]) == 0
    assert capfd.readouterr().err == ""


def test_a_child_without_a_temporary_folder_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/none', '/nowhere']\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{Path.cwd()}")
    assert main(["list", "--cti", simulator()]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert "no temporary folder can be written (tried: /none, /nowhere); set TMPDIR" in line


def test_a_bad_producer_beside_a_good_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.cti"
    bad.write_text("no library")
    assert main(["list", "--cti", str(bad), "--cti", simulator()]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("Viky") == 3
    assert captured.err.startswith(f"camstrm: GenTL producer {bad}: not a shared library")
    assert captured.err.count("\n") == 1


def test_a_producer_that_crashes_while_it_lists(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CAMSTRM_FORWARD_TO", "/no/such.cti")
    monkeypatch.setenv("CAMSTRM_FORWARD_FAULTS", "")
    cti = forwarding_producer(tmp_path_factory)
    assert main(["list", "--cti", cti]) == 1
    captured = capfd.readouterr()
    assert "the process that loads it was ended by SIGABRT (forwarding producer:" in captured.err
    assert "Traceback" not in captured.err


def hanging_producer(folder: Path) -> str:
    """Compile a producer whose first function never returns."""
    source = folder / "hanging.c"
    functions = "".join(
        f"int {name}(void) {{ return 0; }}\n" for name in REQUIRED_SYMBOLS if name != "GCInitLib"
    )
    source.write_text(f"int pause(void);\nint GCInitLib(void) {{ return pause(); }}\n{functions}")
    return compile_library(source, folder / "hanging.cti")


@pytest.mark.parametrize("beside", [True, False])
def test_a_producer_that_does_not_answer_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], beside: bool
) -> None:
    hanging = hanging_producer(tmp_path)
    others = ["--cti", simulator()] if beside else []
    # That its process is gone is seen by the check for leaks.
    code = main(["list", "--timeout", "2.5" if beside else "0.5", "--cti", hanging, *others])
    assert code == (0 if beside else 1)
    captured = capsys.readouterr()
    limit = "2.5" if beside else "0.5"
    assert captured.err == (
        f"camstrm: {hanging} did not answer within {limit} s; --timeout 60 waits longer\n"
    )
    assert captured.out.count("Viky") == (3 if beside else 0)


def simulated(
    folder: Path, monkeypatch: pytest.MonkeyPatch, scenario: Scenario
) -> tuple[str, RunnableScenario]:
    try:
        cti = str(build_simulator())
    except SimulatorBuildError as error:
        pytest.skip(str(error))
    run = scenario.write(folder)
    for name, value in run.variables.items():
        monkeypatch.setenv(name, value)
    return cti, run


def test_a_producer_that_needs_a_second_for_each_of_four_interfaces_is_listed_completely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("eth2", "wlan0", "eth0", "docker0")
    scenario = Scenario(
        tuple(CameraSpec(f"GV{9 - n}", bus="GEV", interface=i) for n, i in enumerate(names)),
        tuple(InterfaceSpec(name, bus="GEV", search_ms=1000) for name in names),
    )
    cti, _ = simulated(tmp_path, monkeypatch, scenario)
    assert main(["list", "--cti", cti]) == 0
    captured = capsys.readouterr()
    _, *rows = captured.out.splitlines()
    assert [row.split()[0] for row in rows] == ["GV6", "GV7", "GV8", "GV9"], "sorted"
    assert captured.err == ""


def test_the_order_is_that_of_the_producers_and_then_of_the_serial_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = tuple(CameraSpec(serial) for serial in ("B2", "10", "A1", "9"))
    cti, _ = simulated(tmp_path, monkeypatch, Scenario(specs))
    assert main(["list", "--json", "--cti", cti, "--cti", simulator()]) == 0
    serials = [row["serial"] for row in json.loads(capsys.readouterr().out)]
    assert serials == ["9", "10", "A1", "B2", "0", "1", "2"]


def test_what_has_answered_is_printed_while_a_producer_hangs(tmp_path: Path) -> None:
    hanging = hanging_producer(tmp_path)
    command = [sys.executable, "-m", "camstrm", "list", "--cti", hanging, "--cti", simulator()]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=child_environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(4)]
        assert lines[0].startswith(b"SERIAL")
        assert [line.split()[0] for line in lines[1:]] == [b"0", b"1", b"2"]
        assert process.poll() is None, "it goes on waiting for the other one"
        # Ctrl-C does not wait for it; the check for leaks sees that its process is gone.
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
        assert process.wait(30) == 130


@pytest.mark.skipif(sys.platform == "win32", reason="terminals")
def test_a_terminal_shows_what_is_waited_for(tmp_path: Path) -> None:
    hanging = hanging_producer(tmp_path)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "camstrm", "list", "--timeout", "3", "--cti", hanging]
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=theirs, env=child_environment(), check=False
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    assert done.returncode == 1
    assert b"waiting for hanging.cti (1 of 3 s)" in shown
    last = shown.decode().rstrip("\r\n").rpartition("\r")[2]
    assert last == f"camstrm: {hanging} did not answer within 3 s; --timeout 60 waits longer"


@pytest.mark.parametrize(
    ("status", "word"), [(0, "ok"), (3, "reported: no access"), (4, "reported: busy")]
)
def test_what_a_producer_reports_of_a_camera_is_called_a_report(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    word: str,
) -> None:
    cti, _ = simulated(tmp_path, monkeypatch, Scenario((CameraSpec("A", access_status=status),)))
    assert main(["list", "--cti", cti]) == 0
    assert f"  {word}  " in capsys.readouterr().out
    assert main(["doctor", "--open", "--cti", cti]) == 0
    out = capsys.readouterr().out
    assert "features read" in out, "it is free, whatever is reported"
    assert "viewer" not in out
    assert "--open" not in out


def test_a_camera_that_camstrm_streams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a producer that supports one program, too: that one is not searched."""
    cti, run = simulated(tmp_path, monkeypatch, Scenario((CameraSpec("20000001"),)))
    one = tmp_path / "Spinnaker_GenTL.cti"
    one.symlink_to(cti)
    for producer in (cti, str(one)):
        with run.control("20000001") as control:
            scans = control["scans"]
        with contextlib.closing(OpenMark(producer, "20000001")):
            assert main(["list", "--cti", producer]) == 0
            (_, row) = capsys.readouterr().out.splitlines()
            assert row.startswith("20000001")
            assert "  streamed by camstrm  " in row
            assert main(["list", "--json", "--cti", producer]) == 0
            assert json.loads(capsys.readouterr().out)[0]["access"] == "streamed by camstrm"
            assert main(["doctor", "--open", "--cti", producer]) == 0
            out = capsys.readouterr().out
            assert "streamed by camstrm" in out
            assert "left alone: a process has it open" in out
            assert "WARN  camera" not in out
        with run.control("20000001") as control:
            assert (control["scans"] == scans) == (producer == str(one))
            assert control["opens"] == 0


def test_the_time_for_a_scan(capsys: pytest.CaptureFixture[str]) -> None:
    assert build_parser().parse_args(["list"]).timeout == 30.0
    assert build_parser().parse_args(["doctor", "--timeout", "7"]).timeout == 7.0
    for text in ("0", "-1", "nan", "soon", "601"):
        with pytest.raises(SystemExit):
            main(["list", "--timeout", text])
        assert "--timeout" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["list", "doctor"])
def test_a_producer_that_bears_one_program_is_left_alone_while_it_streams(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
) -> None:
    cti = tmp_path / "Spinnaker_GenTL.cti"
    try:
        # A file of its own: other tests of this machine may use the one that was built.
        shutil.copyfile(build_simulator(), cti)
    except SimulatorBuildError as error:
        pytest.skip(str(error))
    run = Scenario((CameraSpec("20000001"),)).write(tmp_path)
    for name, value in run.variables.items():
        monkeypatch.setenv(name, value)
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.simulator.hold", str(cti), "20000001", "stream"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with run.control("20000001") as control:
            scans = control["scans"]
            assert main([command, "--cti", str(cti)]) == (command == "list"), "doctor: a warning"
            assert control["scans"] == scans, "nobody looked for its cameras"
        captured = capsys.readouterr()
        text = captured.out + captured.err
        assert f"(pid {holder.pid}) is using this producer, which supports only one" in text
        assert holder.communicate(timeout=30)[0] == ""
    if command == "list":
        assert main(["list", "--cti", str(cti)]) == 0


def test_an_interface_that_cannot_be_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        cti = str(build_simulator())
    except SimulatorBuildError as error:
        pytest.skip(str(error))
    interfaces = (InterfaceSpec("eth9", bus="GEV"),)
    scenario = Scenario((CameraSpec("U1"),), interfaces).write(tmp_path)
    with scenario.interface_control("eth9") as interface:
        interface.set(open_fails=1)
    for name, value in scenario.variables.items():
        monkeypatch.setenv(name, value)
    assert main(["list", "--cti", cti]) == 0
    captured = capfd.readouterr()
    assert "U1" in captured.out
    assert captured.err == (
        f"camstrm: {cti}: an interface could not be searched: the interface cannot be opened "
        "(GC_ERR_IO -1010)\n"
    )


@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_a_file_that_is_not_there(
    capsys: pytest.CaptureFixture[str], json_option: list[str]
) -> None:
    assert main(["list", "--cti", "/no/such.cti", *json_option]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("camstrm: GenTL producer /no/such.cti: file not found")
    assert captured.out == ("[]\n" if json_option else "")


@pytest.mark.usefixtures("nothing_installed")
def test_nothing_installed_and_nothing_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 2
    assert "Give one with --cti" in capsys.readouterr().err
    assert os.environ.get("CAMSTRM_FORWARD_TO") is None
