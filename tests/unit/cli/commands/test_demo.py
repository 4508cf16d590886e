from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from camstrm.acquisition.discovery.scan import scan_producer
from camstrm.cli.children import ChildCommands
from camstrm.cli.commands import demo
from camstrm.cli.commands.demo import demo_config, simulator_cti
from camstrm.cli.options import ListenOptions
from camstrm.cli.parser import build_parser
from camstrm.config import load_config
from camstrm.errors import UsageError


def test_the_demo_s_configuration_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "demo.toml"
    path.write_text(demo_config("/opt/viky.cti", str(tmp_path / "c.sock")))
    config = load_config(path)
    assert [producer.cti for producer in config.producers] == ["/opt/viky.cti"]
    assert [(c.serial, c.label) for c in config.cameras] == [
        ("0", "red"),
        ("1", "green"),
        ("2", "blue"),
    ]
    assert config.socket.path == str(tmp_path / "c.sock")
    assert all(c.features["AcquisitionFrameRate"] == 60.0 for c in config.cameras)


def test_odd_paths_do_not_break_it(tmp_path: Path) -> None:
    path = tmp_path / "demo.toml"
    cti = '/opt/a "quoted" \\ földer/viky.cti'
    path.write_text(demo_config(cti, "/tmp/x.sock"))
    assert load_config(path).producers[0].cti == cti


def test_the_simulator_has_the_cameras_of_the_demo() -> None:
    assert {device.serial for device in scan_producer(simulator_cti()).devices} == {"0", "1", "2"}


@pytest.mark.parametrize(
    ("found", "problem"),
    [(None, "needs the package genicam"), ("/no/genicam/__init__.py", "no simulator")],
)
def test_without_the_simulator(
    monkeypatch: pytest.MonkeyPatch, found: str | None, problem: str
) -> None:
    spec = None if found is None else SimpleNamespace(origin=found)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
    with pytest.raises(UsageError, match=problem):
        simulator_cti()


@pytest.mark.parametrize(("words", "host"), [([], "127.0.0.1"), (["--host", "::"], "::")])
def test_it_runs_bridge_and_grabber_on_a_file_of_its_own_and_shows_itself_here_only(
    monkeypatch: pytest.MonkeyPatch, words: list[str], host: str
) -> None:
    ran: list[Path] = []

    def run_both(options: ListenOptions, config: str, children: ChildCommands) -> int:
        assert options.host == host
        assert options.log_level == "warning"
        assert len(load_config(config).cameras) == 3
        ran.append(Path(config))
        return 0

    monkeypatch.setattr(demo, "run_both", run_both)
    assert demo.run(build_parser().parse_args(["demo", *words])) == 0
    assert not ran[0].parent.exists()
