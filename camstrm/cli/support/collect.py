"""Collect the texts of the archive. Each is got for itself: one that cannot be had says why."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from camstrm.cli.support import facts
from camstrm.cli.support.bridge_answers import bridge_answers
from camstrm.cli.support.log_tail import file_tail, journal_tail
from camstrm.cli.support.scrub import SECRET, Scrubber, is_secret_name
from camstrm.config import CameraSettings, Config, ProducerSettings

__all__ = ["SupportFile", "SupportOptions", "collect"]

_DOCTOR_S = 120.0
"""Each producer has 30 s to list its cameras; a machine has two or three."""

_MAX_SIZE = 8 * 1024 * 1024
"""Bytes of one file."""

_NO_SECRET = ("GENICAM_", "LD_LIBRARY_PATH", "PATH")
"""Beginnings of variables of a producer whose values are shown."""


@dataclass(frozen=True)
class SupportOptions:
    """What the archive is of: the configuration (its file, "" for none) and further log files."""

    config: Config
    config_file: str
    config_problem: str
    environ: Mapping[str, str]
    logs: tuple[Path, ...] = ()
    token: str | None = None


@dataclass(frozen=True)
class SupportFile:
    """A file of the archive as it is written: scrubbed."""

    name: str
    what: str
    text: str

    @property
    def data(self) -> bytes:
        """The text in UTF-8, as it is in the archive."""
        return self.text.encode("utf-8", "backslashreplace")


def collect(
    options: SupportOptions, scrubber: Scrubber, progress: Callable[[str], None]
) -> Iterator[SupportFile]:
    """Yield the files; ``progress`` is called with what is being asked."""
    # Here, not later: a log file that is not there is a mistake of the command line.
    logs = [(name, file_tail(path)) for name, path in _log_names(options.logs, scrubber)]

    def made(name: str, what: str, make: Callable[[], object]) -> SupportFile:
        progress(what)
        try:
            found = make()
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            found = f"not available: {type(error).__name__}: {error}\n"
        text = (
            found
            if isinstance(found, str)
            else json.dumps(found, indent=1, ensure_ascii=False) + "\n"
        )
        text = scrubber.text(text[:_MAX_SIZE])
        if scrubber.leaks(text):
            text = "left out: a known secret was still in it\n"
        return SupportFile(name, what, text)

    yield made("versions.json", "versions of camstrm, Python, packages, kernel", facts.versions)
    yield made(
        "environment.json", "variables and limits that matter", lambda: _environment(options)
    )
    yield made("configuration.json", "what the configuration sets", lambda: _configuration(options))
    yield made("doctor.json", "what 'camstrm doctor' finds", lambda: _doctor(options))
    yield made("usb.json", "USB devices, without serial numbers", facts.usb)
    yield made("network.json", "network interfaces, without addresses", facts.network)
    yield made("services.txt", "what systemd says of the services", facts.services)
    for name, text in [*journal_tail(), *logs]:
        yield made(name, "last lines of the log", lambda text=text: text)  # type: ignore[misc]  # mypy: defaults of a lambda
    progress("the running bridge")
    for name, what, text in bridge_answers(options.config.bridge, options.environ, options.token):
        yield made(name, what, lambda name=name, text=text: _answer(name, text, scrubber))  # type: ignore[misc]  # mypy: defaults of a lambda


def _log_names(logs: Sequence[Path], scrubber: Scrubber) -> Iterator[tuple[str, Path]]:
    """Yield each log with a name that no other one has, and that says nothing private."""
    used: set[str] = set()
    for number, path in enumerate(logs, 1):
        name = f"log-{scrubber.file_name(path.name)}"
        if name in used:
            name = f"log-{number}-{scrubber.file_name(path.name)}"
        used.add(name)
        yield name, path


def _environment(options: SupportOptions) -> object:
    found = facts.environment(options.environ)
    variables = found["variables"]
    assert isinstance(variables, dict)
    found["variables"] = {n: SECRET if is_secret_name(n) else v for n, v in variables.items()}
    return found


def _configuration(options: SupportOptions) -> object:
    """Return what differs from the defaults. Not the file itself: comments may say anything."""
    if options.config_problem:
        return f"The configuration is wrong:\n{options.config_problem}\n"
    if not options.config_file:
        return "No configuration was given (--config FILE); these are the defaults.\n"
    built, plain = msgspec.to_builtins(options.config), msgspec.to_builtins(Config())
    settings = _different(built, plain)
    for kind, one in (("producer", ProducerSettings("-")), ("camera", CameraSettings("-"))):
        default = msgspec.to_builtins(one)
        settings[kind] = [_different(table, default) for table in settings.get(kind, ())]
    for producer in settings["producer"]:
        env = producer.get("env", {})
        producer["env"] = {k: v if k.startswith(_NO_SECRET) else SECRET for k, v in env.items()}
    for camera in settings["camera"]:
        for key in camera.keys() & {"features", "stream_features"}:
            values = camera[key].items()
            camera[key] = {k: SECRET if is_secret_name(k) else v for k, v in values}
    return settings


def _different(settings: dict[str, Any], plain: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        default = plain.get(name)
        if isinstance(value, dict) and isinstance(default, dict):
            value = _different(value, default)
            if not value:
                continue
        elif value == default:
            continue
        found[name] = value
    return found


def _doctor(options: SupportOptions) -> object:
    command = [sys.executable, "-m", "camstrm", "doctor", "--json"]
    if options.config_file:
        command += ["--config", options.config_file]
    done = subprocess.run(
        command,
        env=dict(options.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_DOCTOR_S,
        check=False,
    )
    said = done.stderr.decode("utf-8", "backslashreplace")
    try:
        return {"findings": json.loads(done.stdout), "said": said, "exit": done.returncode}
    except ValueError:
        output = done.stdout.decode("utf-8", "backslashreplace")
        return f"doctor ended with {done.returncode}\n{said}\n{output}\n"


def _answer(name: str, text: str, scrubber: Scrubber) -> object:
    """Return an answer of the bridge without the names of those who watch."""
    if not name.endswith(".json"):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    viewers = value.get("viewers") if isinstance(value, dict) else None
    for viewer in viewers if isinstance(viewers, list) else ():
        if isinstance(viewer, dict) and isinstance(viewer.get("name"), str):
            viewer["name"] = scrubber.person(viewer["name"])
    return value
