"""The systemd units: that the two do not take each other down, and that systemd takes them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.cli.child_watch import WATCHDOG_S
from camstrm.cli.main import EXIT_USAGE
from camstrm.cli.parser import build_parser
from camstrm.config import Config
from camstrm.feed.socket_path import default_socket_path

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
BRIDGE = "camstrm-bridge.service"
GRABBER = "camstrm-grab.service"
SOCKET = "camstrm-bridge.socket"
PROGRAM = "/opt/camstrm/bin/camstrm"
LIMIT_S = 30.0

Settings = list[tuple[str, str]]

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def read_unit(name: str) -> dict[str, Settings]:
    """Return the settings of each section in order; a name may stand several times."""
    sections: dict[str, Settings] = {}
    settings: Settings = []
    for line in (DEPLOY / name).read_text(encoding="ascii").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            settings = sections.setdefault(line.strip("[]"), [])
        else:
            key, equals, value = line.partition("=")
            assert equals, line
            settings.append((key, value))
    return sections


def values(name: str, section: str, key: str) -> list[str]:
    return [value for found, value in read_unit(name)[section] if found == key]


@pytest.fixture
def runnable_units(tmp_path: Path) -> list[Path]:
    """Return the units with a program in them that exists here."""
    paths = []
    for name in (BRIDGE, GRABBER, SOCKET):
        text = (DEPLOY / name).read_text()
        path = tmp_path / name
        path.write_text(text.replace(PROGRAM, sys.executable))
        paths.append(path)
    return paths


@pytest.mark.parametrize("name", [BRIDGE, GRABBER])
def test_neither_takes_the_other_down(name: str) -> None:
    keys = {key for key, _ in read_unit(name)["Unit"]}
    assert not keys & {"Requires", "Requisite", "BindsTo", "PartOf", "Upholds", "Conflicts"}
    assert values(name, "Service", "RuntimeDirectoryPreserve") == ["yes"]


@pytest.mark.parametrize("key", ["User", "Group", "RuntimeDirectory", "RuntimeDirectoryMode"])
def test_both_share_the_owner_of_the_socket(key: str) -> None:
    assert values(BRIDGE, "Service", key) == values(GRABBER, "Service", key) != []


def test_socket_unit_listens_where_both_look() -> None:
    folder = values(BRIDGE, "Service", "RuntimeDirectory")[0]
    path = default_socket_path({"RUNTIME_DIRECTORY": f"/run/{folder}"})
    assert values(SOCKET, "Socket", "ListenStream") == [path]
    assert values(SOCKET, "Socket", "SocketUser") == values(BRIDGE, "Service", "User")


@pytest.mark.parametrize("name", [BRIDGE, GRABBER])
def test_comes_back_except_after_a_mistake_of_the_user(name: str) -> None:
    assert values(name, "Service", "Restart") == ["always"]
    assert values(name, "Unit", "StartLimitIntervalSec") == ["0"]
    assert float(values(name, "Service", "RestartSec")[0]) >= 1
    assert values(name, "Service", "RestartPreventExitStatus") == [str(EXIT_USAGE)]


@pytest.mark.parametrize("name", [BRIDGE, GRABBER])
def test_it_reports_and_is_watched(name: str) -> None:
    assert values(name, "Service", "Type") == ["notify"]
    # Long enough for a busy machine: the sign of life comes each second.
    assert 5 <= float(values(name, "Service", "WatchdogSec")[0]) <= 15
    assert float(values(name, "Service", "WatchdogSec")[0]) == WATCHDOG_S


@pytest.mark.parametrize("name", [BRIDGE, GRABBER])
def test_a_reload_begins_with_a_check_of_the_same_configuration(name: str) -> None:
    check, signal = values(name, "Service", "ExecReload")
    program, *arguments = check.split()
    assert program == PROGRAM
    options = build_parser().parse_args(arguments)
    assert options.check
    start = values(name, "Service", "ExecStart")[0].split()[1:]
    assert options.config == build_parser().parse_args(start).config
    assert signal == "/bin/kill -HUP $MAINPID"


@pytest.mark.parametrize("name", [BRIDGE, GRABBER])
def test_memory_and_tasks_are_limited_with_a_reason(name: str) -> None:
    lines = (DEPLOY / name).read_text().splitlines()
    for key in ("MemoryMax", "TasksMax"):
        assert len(values(name, "Service", key)) == 1
        place = next(i for i, line in enumerate(lines) if line.startswith(f"{key}="))
        assert lines[place - 1].startswith("# "), key


@pytest.mark.parametrize("name", [BRIDGE, GRABBER])
def test_command_line_is_one_that_camstrm_takes(name: str) -> None:
    program, *arguments = values(name, "Service", "ExecStart")[0].split()
    assert program == PROGRAM
    options = build_parser().parse_args(arguments)
    assert options.config == "/etc/camstrm/camstrm.toml"


def test_cameras_are_closed_before_the_grabber_is_killed() -> None:
    stop_timeout_s = Config().process.stop_timeout_s
    assert values(GRABBER, "Service", "KillMode") == ["mixed"]
    assert float(values(GRABBER, "Service", "TimeoutStopSec")[0]) > stop_timeout_s


def test_no_environment_of_a_maker() -> None:
    for name in (BRIDGE, GRABBER):
        names = {value.partition("=")[0] for value in values(name, "Service", "Environment")}
        assert names <= {"HOME", "XDG_STATE_HOME"}


@needs_systemd
def test_systemd_takes_them(runnable_units: list[Path]) -> None:
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, runnable_units)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize(("name", "exposure"), [(BRIDGE, 15), (GRABBER, 25)])
def test_shut_in(runnable_units: list[Path], name: str, exposure: int) -> None:
    path = next(path for path in runnable_units if path.name == name)
    result = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={exposure}", str(path)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if "offline" in result.stderr and "unrecognized" in result.stderr:
        pytest.skip("systemd is older than 250")
    assert result.returncode == 0, result.stdout[-500:] + result.stderr
