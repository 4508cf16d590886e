from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from camstrm.cli import parser as parser_module
from camstrm.cli.main import main, run
from camstrm.errors import (
    AddressInUseError,
    CameraNotFoundError,
    ConfigError,
    ProducerError,
    UsageError,
)
from tests.fakes.gentl.producers import (
    child_environment,
    fault_variables,
    forwarding_producer,
    simulator,
)

SOURCE = f"'{Path(__file__).parents[3]}[{{}}]'"
"""Where this camstrm was installed from, with an extra."""


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the command does: returns ``code``, or raises ``error``."""
    what = SimpleNamespace(code=0, error=None)

    def run_command(_options: object) -> int:
        if what.error is not None:
            raise what.error
        return int(what.code)

    parser = SimpleNamespace(parse_args=lambda _arguments: SimpleNamespace(command=run_command))
    monkeypatch.setattr(parser_module, "build_parser", lambda: parser)
    return what


@pytest.mark.parametrize("code", [0, 1])
def test_a_command_s_code_is_the_exit_code(command: SimpleNamespace, code: int) -> None:
    command.code = code
    assert main([]) == code


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ConfigError("a.toml", "wrong", line=3, key="x"), 2, "camstrm: a.toml:3: x: wrong\n"),
        (UsageError("cannot be"), 2, "camstrm: cannot be\n"),
        (ProducerError("x.cti", "broken", "Fix it"), 1, "camstrm: GenTL producer x.cti: broken"),
        (CameraNotFoundError("left", "7", (), "x"), 1, "camstrm: camera left: no camera"),
        (AddressInUseError("::", 8765), 1, "camstrm: port 8765 on :: is in use"),
        (
            ModuleNotFoundError("No module", name="aiohttp.web"),
            1,
            "-m pip install " + SOURCE.format("bridge"),
        ),
        (
            ModuleNotFoundError("No module", name="PySide6"),
            1,
            "-m pip install " + SOURCE.format("viewer"),
        ),
        (
            ModuleNotFoundError("No module", name="harvesters"),
            1,
            "-m pip install " + SOURCE.format("grab"),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_one_line_and_a_code(
    command: SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    code: int,
    text: str,
) -> None:
    command.error = error
    assert main([]) == code
    captured = capsys.readouterr()
    assert text in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("x", name="camstrm.nothing"),
        ModuleNotFoundError("x"),
        importlib.metadata.PackageNotFoundError("x"),
        ZeroDivisionError(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_fault_of_our_own_is_not_hidden(command: SimpleNamespace, error: Exception) -> None:
    command.error = error
    with pytest.raises(type(error)):
        main([])


def test_an_interrupt(command: SimpleNamespace) -> None:
    command.error = KeyboardInterrupt()
    assert main([]) == 130


def test_as_the_installed_command(
    command: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["camstrm"])
    command.code = 1
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 1


@pytest.mark.parametrize("arguments", [["features", "1", "--cti", simulator()]])
def test_a_reader_that_has_seen_enough_is_no_error(arguments: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "camstrm", *arguments],
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def run_camstrm(*arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "camstrm", *arguments],
        env=child_environment(**variables),
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_what_the_terminal_cannot_encode_is_escaped(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    cti = forwarding_producer(tmp_path_factory, "MvProducerU3V.cti")
    variables = fault_variables("gbk gbk_names")
    done = run_camstrm("list", "--cti", cti, PYTHONIOENCODING="ascii", **variables)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(rb"\u76f8\u673a") == 3
    done = run_camstrm(
        "list",
        "--cti",
        "/없다.cti",
        LC_ALL="POSIX",
        PYTHONCOERCECLOCALE="0",
        PYTHONUTF8="0",
        PYTHONIOENCODING="ascii",
    )
    assert done.returncode == 1
    assert rb"/\udcec\udc97\udc86" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
def test_an_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "camstrm", "list", "--cti", simulator()],
            env=child_environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.stderr == b"camstrm: the output cannot be written (No space left on device)\n"
    assert done.returncode == 1


def test_an_interrupt_while_the_commands_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(parser_module, "build_parser", interrupted)
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 130


CLOSED = """
import faulthandler, os, socket, sys
from camstrm.cli.main import open_streams
open_streams()
with socket.socket() as sock:
    assert sock.fileno() > 2, sock.fileno()
faulthandler.enable()
print("nobody reads this")
sys.exit(sys.stdin.read() + "7" != "7")
"""


def test_closed_standard_streams_are_nobody_else_s() -> None:
    shell = 'exec "$0" -c "$1" <&- >&- 2>&-'
    done = subprocess.run(
        ["sh", "-c", shell, sys.executable, CLOSED],
        env=child_environment(),
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
