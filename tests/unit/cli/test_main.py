from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from types import SimpleNamespace

import pytest

from camstrm.cli import main as main_module
from camstrm.cli.main import main, run
from camstrm.errors import (
    AddressInUseError,
    CameraNotFoundError,
    ConfigError,
    ProducerError,
    UsageError,
)
from tests.fakes.gentl import child_environment, simulator


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the command does: returns ``code``, or raises ``error``."""
    what = SimpleNamespace(code=0, error=None)

    def run_command(_options: object) -> int:
        if what.error is not None:
            raise what.error
        return int(what.code)

    parser = SimpleNamespace(parse_args=lambda _arguments: SimpleNamespace(command=run_command))
    monkeypatch.setattr(main_module, "build_parser", lambda: parser)
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
        (ProducerError("x.cti", "broken", "Mend it"), 1, "camstrm: GenTL producer x.cti: broken"),
        (CameraNotFoundError("left", "7", (), "x"), 1, "camstrm: camera left: no camera"),
        (AddressInUseError("::", 8765), 1, "camstrm: port 8765 on :: is in use"),
        (ModuleNotFoundError("No module", name="aiohttp.web"), 1, "pip install 'camstrm[bridge]'"),
        (ModuleNotFoundError("No module", name="PySide6"), 1, "pip install 'camstrm[viewer]'"),
        (ModuleNotFoundError("No module", name="harvesters"), 1, "pip install 'camstrm[grab]'"),
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
