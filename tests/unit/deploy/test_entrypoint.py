"""entrypoint.sh with a stub in place of camstrm: which cameras it chooses, signals, exit codes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from camstrm.config import load_config

ENTRYPOINT = Path(__file__).resolve().parents[3] / "deploy" / "entrypoint.sh"
LIMIT_S = 20.0

pytestmark = pytest.mark.skipif(not Path("/bin/sh").exists(), reason="no POSIX shell here")

Start = Callable[..., "subprocess.CompletedProcess[str]"]

STUB = """\
#!/bin/sh
printf '%s\\n' "$@" >"$RECORD/arguments"
case ${1-} in up) [ ! -e "$2" ] || cp "$2" "$RECORD/config.toml" ;; esac
exit "${CODE:-0}"
"""

WAITING_STUB = f"""\
#!{sys.executable}
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("ready", flush=True)
signal.pause()
"""


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    programs = tmp_path / "bin"
    programs.mkdir()
    write_program(programs / "camstrm", STUB)
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    return {
        "PATH": f"{programs}:/usr/bin:/bin",
        "RECORD": str(tmp_path),
        "TMPDIR": str(scratch),
        "CAMSTRM_CTI_FOLDER": str(tmp_path / "cti"),
    }


@pytest.fixture
def start(environ: dict[str, str], tmp_path: Path) -> Start:
    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", str(ENTRYPOINT), *arguments],
            env={**environ, **variables},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    return run


def called(folder: Path) -> list[str]:
    return (folder / "arguments").read_text().splitlines()


def file_in(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.touch()
    return path


def test_simulated_cameras_when_nothing_is_mounted(start: Start, tmp_path: Path) -> None:
    result = start()
    assert result.returncode == 0
    assert called(tmp_path) == ["demo", "--host", "0.0.0.0"]
    assert "simulated" in result.stderr


def test_options_go_to_what_is_started(start: Start, tmp_path: Path) -> None:
    start("--port", "9000")
    assert called(tmp_path) == ["demo", "--host", "0.0.0.0", "--port", "9000"]


def test_a_configuration_goes_before_producers(start: Start, tmp_path: Path) -> None:
    config = file_in(tmp_path, "my cameras.toml")
    file_in(tmp_path / "cti", "A.cti")
    result = start("--no-auth", CAMSTRM_CONFIG=str(config), CAMSTRM_CTI="/x.cti")
    assert called(tmp_path) == ["up", str(config), "--no-auth"]
    assert "CAMSTRM_CTI is not used" in result.stderr


def test_a_configuration_asked_for_is_never_replaced_by_the_simulator(
    start: Start, tmp_path: Path
) -> None:
    missing = str(tmp_path / "missing.toml")
    start(CAMSTRM_CONFIG=missing)
    assert called(tmp_path) == ["up", missing]


def test_folder_in_place_of_the_configuration(start: Start, tmp_path: Path) -> None:
    result = start(CAMSTRM_CONFIG=str(tmp_path))
    assert result.returncode == 2
    assert "not found on the host" in result.stderr
    assert not (tmp_path / "arguments").exists()


def test_producers_by_variable(start: Start, tmp_path: Path) -> None:
    ctis = [file_in(tmp_path / "sdk", name) for name in ("A.cti", 'odd "name" \\ *.cti')]
    result = start(CAMSTRM_CTI=f":{ctis[0]}::{ctis[1]}")
    assert result.returncode == 0, result.stderr
    assert called(tmp_path)[0] == "up"
    config = load_config(tmp_path / "config.toml")
    assert [producer.cti for producer in config.producers] == [str(cti) for cti in ctis]
    assert config.cameras == ()


def test_producers_in_the_folder(start: Start, tmp_path: Path) -> None:
    cti = file_in(tmp_path / "cti", "A.cti")
    file_in(tmp_path / "cti", "readme.txt")
    start()
    producers = load_config(tmp_path / "config.toml").producers
    assert [producer.cti for producer in producers] == [str(cti)]


def test_the_configuration_made_here_is_removed(
    start: Start, tmp_path: Path, environ: dict[str, str]
) -> None:
    start(CAMSTRM_CTI=str(file_in(tmp_path / "sdk", "A.cti")))
    assert called(tmp_path)[1].startswith(environ["TMPDIR"])
    assert list(Path(environ["TMPDIR"]).iterdir()) == []


@pytest.mark.parametrize(
    ("cti", "words"), [("A.cti", "absolute"), ("/nowhere/A.cti", "is not there")]
)
def test_producer_that_cannot_be_used(start: Start, tmp_path: Path, cti: str, words: str) -> None:
    result = start(CAMSTRM_CTI=cti)
    assert result.returncode == 2
    assert words in result.stderr
    assert not (tmp_path / "arguments").exists()


@pytest.mark.parametrize("arguments", [("doctor", "--json"), ("--version",), ("--help",)])
def test_a_command_is_run_as_it_is(
    start: Start, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = start(*arguments, CODE="3")
    assert called(tmp_path) == list(arguments)
    assert result.returncode == 3
    assert result.stderr == ""


@pytest.mark.parametrize("code", ["0", "1", "2"])
def test_exit_code_is_that_of_camstrm(start: Start, code: str) -> None:
    assert start(CODE=code).returncode == int(code)


RELOADING_STUB = f"""\
#!{sys.executable}
import os, signal, sys
signal.signal(signal.SIGHUP, lambda *_: os.write(1, b"reloads\\n"))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("ready", flush=True)
while True:
    signal.pause()
"""


def test_a_hangup_is_passed_on_and_ends_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        pytest.skip("SIGHUP is ignored here, as below nohup, and a shell keeps that")
    write_program(tmp_path / "bin" / "camstrm", RELOADING_STUB)
    with subprocess.Popen(
        ["/bin/sh", str(ENTRYPOINT)], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        for _ in range(2):
            process.send_signal(signal.SIGHUP)
            assert process.stdout.readline() == b"reloads\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT_S)
    assert process.returncode == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_camstrm_and_its_exit_code_is_kept(
    environ: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip(f"{number.name} is ignored here, as below nohup, and a shell keeps that")
    write_program(tmp_path / "bin" / "camstrm", WAITING_STUB)
    with subprocess.Popen(
        ["/bin/sh", str(ENTRYPOINT)], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        process.communicate(timeout=LIMIT_S)
    assert process.returncode == 7


def test_camstrm_killed(environ: dict[str, str], tmp_path: Path) -> None:
    write_program(tmp_path / "bin" / "camstrm", '#!/bin/sh\nkill -9 "$$"\n')
    result = subprocess.run(
        ["/bin/sh", str(ENTRYPOINT)],
        env=environ,
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert result.returncode == 128 + signal.SIGKILL


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck() -> None:
    result = subprocess.run(
        ["shellcheck", str(ENTRYPOINT)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert result.stdout == ""
