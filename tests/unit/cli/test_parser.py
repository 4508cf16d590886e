from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import get_origin, get_type_hints

import pytest

from camstrm import __version__
from camstrm.bridge.http.token_file import token_path
from camstrm.cli import options
from camstrm.cli import parser as parser_module
from camstrm.cli.parser import build_parser
from camstrm.config import Config
from camstrm.errors import UsageError
from client_qt.command import ViewOptions

COMMANDS = {
    "demo": ("--port", "Prints a URL to watch and one to control"),
    "list": ("--cti", "serial"),
    "doctor": ("--config", "print what to do"),
    "support": ("--log", "before anything is written"),
    "grab": ("--serial", "camstrm grab --config camstrm.toml"),
    "bridge": ("--host", "/metrics"),
    "up": ("CONFIG", "restart whichever ends"),
    "url": ("--config", "sudo -u camstrm env XDG_STATE_HOME=/var/lib camstrm url"),
    "token": ("revoke", "camstrm token add anna --role control --expires 30d"),
    "view": ("--token", "ws://server:8765"),
    "features": ("--set", "ExposureTime=2000"),
}


def help_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([*arguments, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_teaches_it(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of([command], capsys)
    assert f"usage: camstrm {command}" in text
    for word in COMMANDS[command]:
        assert word in text


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["demo"], options.ListenOptions),
        (["list"], options.ListOptions),
        (["doctor"], options.DoctorOptions),
        (["support"], options.SupportCommand),
        (["grab"], options.GrabOptions),
        (["bridge"], options.BridgeOptions),
        (["up", "c.toml"], options.UpOptions),
        (["url"], options.UrlOptions),
        (["view", "ws://h"], ViewOptions),
        (["features", "1"], options.FeaturesOptions),
    ],
)
def test_options_have_the_names_and_types_that_commands_count_on(
    arguments: list[str], kind: type
) -> None:
    given = vars(build_parser().parse_args(arguments))
    given.pop("command")
    wanted = get_type_hints(kind)
    assert given.keys() == wanted.keys()
    for name, value in given.items():
        is_list = get_origin(wanted[name]) is list
        assert isinstance(value, list if is_list else wanted[name]), name


def test_the_help_lists_all_commands_and_first_steps(capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of([], capsys)
    for command in COMMANDS:
        assert f"\n    {command} " in text
    assert "camstrm demo" in text
    assert "exit codes:" in text


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"camstrm {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["up"],
        ["features"],
        ["grab", "--fps", "many"],
        ["bridge", "--port", "http"],
        ["grab", "--log-level", "loud"],
        ["list", "--no-such-option"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_makes_no_sense(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(arguments)
    assert ended.value.code == 2
    assert "usage: camstrm" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "camstrm: error: a command is missing\ncamstrm: 'camstrm --help' explains it"),
        (["vew"], "there is no command 'vew'; did you mean 'view'?\n"),
        (["dance"], "there is no command 'dance'\n"),
        (["grab", "--fps", "x"], "'camstrm grab --help' explains it"),
    ],
)
def test_a_mistake_says_where_to_look(
    arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(arguments)
    assert text in capsys.readouterr().err


def test_the_help_tells_defaults_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    config = Config()
    assert f"(default: {config.stream.fps:g})" in help_of(["grab"], capsys)
    text = help_of(["bridge"], capsys)
    assert f"or {config.bridge.host}:" in " ".join(text.split())
    assert f"(default: {config.bridge.port})" in text
    assert "default: 127.0.0.1" in help_of(["demo"], capsys)


def test_the_help_says_where_the_token_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of(["bridge"], capsys)
    assert str(token_path("", {"HOME": "~"})) in text
    assert "CAMSTRM_TOKEN_FILE" in text


def test_options_that_may_be_given_again_keep_their_order() -> None:
    options = build_parser().parse_args(
        ["grab", "--cti", "b", "--serial", "2", "--cti", "a", "--serial", "1"]
    )
    assert (options.cti, options.serial) == (["b", "a"], ["2", "1"])
    again = build_parser().parse_args(["grab"])
    assert (again.cti, again.serial) == ([], []), "no option leaks into the next command line"


def test_a_serial_number_stays_text() -> None:
    assert build_parser().parse_args(["features", "00123"]).serial == "00123"
    assert build_parser().parse_args(["grab", "--serial", "007"]).serial == ["007"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs_its_own_module(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def load(name: str) -> SimpleNamespace:
        ran.append(name)
        return SimpleNamespace(run=lambda _options: 7)

    monkeypatch.setattr(parser_module, "importlib", SimpleNamespace(import_module=load))
    needed = {"up": ["c.toml"], "view": ["ws://x"], "features": ["1"], "token": ["list"]}
    options = build_parser().parse_args([command, *needed.get(command, [])])
    assert options.command(options) == 7
    module = "list_cameras" if command == "list" else command
    assert ran == [f"camstrm.cli.commands.{module}"]


def test_each_action_of_token_has_what_it_needs() -> None:
    parse = build_parser().parse_args
    wanted = get_type_hints(options.TokenOptions).keys()
    added = vars(parse(["token", "add", "anna", "--role", "control", "--expires", "30d"]))
    assert added.keys() - {"command"} == wanted
    assert (added["name"], added["role"], added["expires"]) == ("anna", "control", "30d")
    assert parse(["token", "add", "anna", "--role", "view"]).expires is None
    assert parse(["token", "revoke", "anna"]).name == "anna"
    assert parse(["token", "list", "--config", "c.toml"]).config == "c.toml"
    for wrong in (["token"], ["token", "add", "anna"], ["token", "add", "a", "--role", "root"]):
        with pytest.raises(SystemExit):
            parse(wrong)


@pytest.mark.parametrize("command", ["grab", "bridge", "demo"])
def test_the_server_s_commands_need_linux(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    options = build_parser().parse_args([command])
    with pytest.raises(UsageError, match="need Linux"):
        options.command(options)
