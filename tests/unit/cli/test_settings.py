from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from camstrm.cli import settings as settings_module
from camstrm.cli.parser import build_parser
from camstrm.cli.settings import bridge_config, grab_config, producers_for, socket_path
from camstrm.config import Config, SocketSettings
from camstrm.errors import ConfigError, SocketPathError, UsageError
from camstrm.profiles import load_profiles

FILE = """
[stream]
fps = 20.0
[socket]
path = "of-the-file.sock"
[bridge]
host = "10.0.0.1"
port = 9000
[process]
stop_timeout_s = 3.0
[[producer]]
cti = "one.cti"
profile = "flir-u3v"
[[producer]]
cti = "/opt/two.cti"
[[camera]]
serial = "007"
name = "left"
features = { Width = 640 }
cti = "one.cti"
[[camera]]
serial = "A"
"""


def options(*words: str) -> argparse.Namespace:
    return build_parser().parse_args(list(words))


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "camstrm.toml"
    path.write_text(FILE)
    return str(path)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Producers that are installed on the machine; the test fills the list."""
    ctis: list[str] = []
    monkeypatch.setattr(
        settings_module,
        "find_producers",
        lambda *_: tuple(ctis),
    )
    return ctis


def test_the_file_alone(file: str, tmp_path: Path) -> None:
    config, profiles = grab_config(options("grab", "--config", file))
    assert config.stream.fps == 20.0
    assert [p.cti for p in config.producers] == [str(tmp_path / "one.cti"), "/opt/two.cti"]
    assert [c.serial for c in config.cameras] == ["007", "A"]
    assert config.socket.path == str(tmp_path / "of-the-file.sock")
    assert "generic" in profiles


def test_options_go_before_the_file(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config, _ = grab_config(
        options(
            *("grab", "--config", file, "--fps", "12.5", "--single-process"),
            *("--socket", "x.sock", "--cti", "one.cti", "--cti", "new.cti", "--cti", "./one.cti"),
        )
    )
    assert config.stream.fps == 12.5
    assert config.process.single_process
    assert config.process.stop_timeout_s == 3.0
    assert config.socket.path == "x.sock"
    one, new = config.producers
    assert (one.cti, one.profile) == (str(tmp_path / "one.cti"), "flir-u3v")
    assert (new.cti, new.profile) == (str(tmp_path / "new.cti"), "")
    assert len(config.cameras) == 2


def test_serial_numbers_choose_from_the_file_by_number_or_name(file: str) -> None:
    config, _ = grab_config(
        options("grab", "--config", file, *("--serial", "B", "--serial", "left", "--serial", "A"))
    )
    assert [c.serial for c in config.cameras] == ["B", "007", "A"]
    assert config.cameras[1].features == {"Width": 640}
    again, _ = grab_config(
        options("grab", "--config", file, *("--serial", "007", "--serial", "007"))
    )
    assert [c.label for c in again.cameras] == ["left"]


def test_without_a_file_what_is_installed_is_used(installed: list[str]) -> None:
    installed.append("/opt/MVS/lib/64/MvProducerU3V.cti")
    config, _ = grab_config(options("grab"))
    assert [p.cti for p in config.producers] == installed
    assert config.cameras == ()


def test_with_nothing_installed_it_says_what_to_do(installed: list[str]) -> None:
    with pytest.raises(UsageError, match="camstrm demo"):
        grab_config(options("grab"))
    config, _ = grab_config(options("grab", "--cti", "/x.cti"))
    assert [p.cti for p in config.producers] == ["/x.cti"]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["--fps", "0"], "stream.fps"),
        (["--fps", "nan"], "stream.fps"),
        (["--fps", "1000"], "stream.fps"),
        (["--serial", ""], "camera"),
    ],
    ids=str,
)
def test_an_option_that_breaks_a_rule_of_the_file(words: list[str], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        grab_config(options("grab", "--cti", "/x.cti", *words))
    assert caught.value.file == "command line"
    assert caught.value.key.startswith(key)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for words in (["grab"], ["bridge"]):
        chosen = options(*words, "--config", str(tmp_path / "no.toml"))
        with pytest.raises(ConfigError, match=r"no\.toml"):
            (grab_config if words == ["grab"] else bridge_config)(chosen)


def test_profiles_of_the_user_are_loaded(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "mine.toml").write_text('name = "mine"\nextends = "generic"\n')
    text = FILE.replace("[process]", '[process]\nprofile_dirs = ["profiles"]')
    Path(file).write_text(text)
    _, profiles = grab_config(options("grab", "--config", file))
    assert "mine" in profiles


def test_the_bridge_s_options(file: str) -> None:
    from_file = bridge_config(options("bridge", "--config", file)).bridge
    assert (from_file.host, from_file.port, from_file.auth) == ("10.0.0.1", 9000, True)
    words = ("--host", "127.0.0.1", "--port", "8000", "--no-auth", "--socket", "y.sock")
    config = bridge_config(options("bridge", "--config", file, *words))
    assert (config.bridge.host, config.bridge.port, config.bridge.auth) == (
        "127.0.0.1",
        8000,
        False,
    )
    assert config.socket.path == "y.sock"
    assert bridge_config(options("bridge")).bridge.port == 8765
    assert bridge_config(options("up", file)).bridge.port == 9000


def test_a_port_that_is_none() -> None:
    with pytest.raises(ConfigError, match=r"bridge\.port"):
        bridge_config(options("bridge", "--port", "70000"))


def test_producers_given_are_taken_once_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    found = producers_for(["a.cti", "~/b.cti", "a.cti"], load_profiles())
    assert [p.cti for p in found] == [str(tmp_path / "a.cti"), "/home/me/b.cti"]


def test_the_socket_s_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/camstrm")
    assert socket_path(Config()) == "/run/camstrm/camstrm.sock"
    assert socket_path(Config(socket=SocketSettings(path="x.sock"))) == str(tmp_path / "x.sock")
    with pytest.raises(SocketPathError, match="a UNIX socket allows"):
        socket_path(Config(socket=SocketSettings(path="/" + "x" * 200)))
