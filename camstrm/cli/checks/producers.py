"""The GenTL producers: file, shared libraries, environment, interpreter, cameras."""

from __future__ import annotations

import difflib
import io
import os
import platform
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from camstrm.acquisition.gentl.producer_check import check_producer
from camstrm.acquisition.open_mark import open_cameras_here
from camstrm.cli.checks.elf import MissingLibrary, missing_libraries
from camstrm.cli.checks.environment import process_environment_findings
from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.interpreter import interpreter_findings
from camstrm.cli.checks.search import KnownProducer, known_producer, search, streamed_devices
from camstrm.cli.progress import Progress
from camstrm.cli.side_by_side import in_order
from camstrm.cli.streamed import sorted_devices
from camstrm.config import ProducerSettings
from camstrm.errors import ConfigError, ProducerError, ProducerInUseError, ProducerTimeoutError
from camstrm.profiles import GentlProfile, find_producers, machine_name

__all__ = ["scan_producers"]

_PACKAGES = {
    "libusb-1.0.so.0": "libusb-1.0-0",
    "libgomp.so.1": "libgomp1",
    "libudev.so.1": "libudev1",
    "libstdc++.so.6": "libstdc++6",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""Packages of Debian and Ubuntu for libraries that makers' producers need."""

_MOST_FOLDERS = 500
"""Folders looked into for a .cti file whose name was mistyped; a whole disk takes minutes."""


def scan_producers(
    producers: Sequence[ProducerSettings],
    profiles: Mapping[str, GentlProfile],
    scanned: list[KnownProducer],
    *,
    progress: Progress | None = None,
    timeout_s: float = 60.0,
) -> Iterator[Finding]:
    """Check each producer and list its cameras in children, all at once.

    Yields the findings of each when it has answered, in the order given, and fills
    ``scanned`` in that order. ``timeout_s``: for one producer's search.
    """
    first_of = {producer.python: index for index, producer in reversed(list(enumerate(producers)))}
    progress = progress or Progress(io.StringIO())

    def look(index: int, stop: threading.Event) -> tuple[list[Finding], KnownProducer | None]:
        settings = producers[index]
        try:
            producer = known_producer(settings, profiles)
        except ConfigError as error:
            remedy = "Correct 'profile' of the [[producer]]"
            return [Finding.fail(settings.cti, error.problem, remedy)], None
        if not _may_be_there(settings.cti):
            return [_missing_file(settings.cti, producer.profile, profiles)], producer
        scan = _Scan(progress, timeout_s, stop)
        probe = first_of[settings.python] == index
        return list(_look(producer, scan, probe=probe)), producer

    answers: dict[int, KnownProducer] = {}
    ctis = [producer.cti for producer in producers]
    for index, (findings, answer) in in_order(ctis, look, progress, timeout_s):
        if answer is not None:
            answers[index] = answer
        yield from findings
    scanned += [answers[index] for index in sorted(answers)]


class _Scan(NamedTuple):
    """What shows that a search goes on, for how long it may, and what ends it before."""

    progress: Progress
    timeout_s: float
    stop: threading.Event


def _look(producer: KnownProducer, scan: _Scan, *, probe: bool) -> Iterator[Finding]:
    """Check a producer whose file is there; ``probe``: its interpreter too."""
    settings, profile, environment = producer.settings, producer.profile, producer.environment
    yield from process_environment_findings(settings, profile, environment, os.environ)
    usable = True
    if probe:
        for finding in interpreter_findings(settings.python, environment, profile):
            usable = usable and finding.level is not Level.FAIL
            yield finding
    if usable or not settings.python:
        yield from _scan(producer, scan)


def _scan(producer: KnownProducer, scan: _Scan) -> Iterator[Finding]:
    """Search the producer's cameras, put them in ``producer.devices``."""
    cti, profile, environment = producer.settings.cti, producer.profile, producer.environment
    python, (progress, timeout_s, stop) = producer.settings.python, scan
    try:
        producer.devices = streamed_devices(producer, open_cameras_here())
        if producer.devices:
            yield Finding.ok(
                cti,
                f"used by camstrm; profile {profile.name}; it supports one program at a time, so "
                "only the cameras that camstrm streams are listed",
            )
            return
        check_producer(
            cti, environment, python=python or sys.executable, timeout_s=timeout_s, stop=stop
        )
        found = search(producer, progress, timeout_s, stop)
    except ProducerInUseError as error:
        yield Finding.warn(cti, error.problem, error.remedy)
        return
    except ProducerTimeoutError as error:
        remedy = f"camstrm doctor --timeout {max(60.0, 4 * timeout_s):g} waits longer"
        yield Finding.fail(cti, error.problem, remedy)
        return
    except ProducerError as error:
        in_loader = "cannot open shared object" in str(error)
        missing = missing_libraries(cti, environment) if in_loader else ()
        for library in missing:
            yield _missing_library(cti, library, profile, environment)
        if not missing:
            yield Finding.fail(cti, error.problem, error.remedy)
        return
    for problem in found.problems:
        remedy = "Close other programs that use it; unplug and replug the network card or USB hub"
        yield Finding.warn(cti, f"an interface could not be searched: {problem}", remedy)
    count = len(found.devices)
    text = f"loads; profile {profile.name}; {count} camera" + "s" * (count != 1)
    if found.devices:
        yield Finding.ok(cti, text)
    else:
        yield Finding.fail(
            cti,
            text,
            "Check power, cable and the maker's driver; a GigE camera must be in the subnet "
            "of its network card",
        )
    producer.devices = tuple(sorted_devices(found.devices))


def _missing_file(cti: str, profile: GentlProfile, profiles: Mapping[str, GentlProfile]) -> Finding:
    similar = _similar_files(cti, profiles)
    if similar:
        text = f"file not found; there is {', '.join(similar)}"
        return Finding.fail(cti, text, f"camstrm doctor --cti {similar[0]}")
    remedy = (
        "Give the path of the maker's .cti; without --cti 'camstrm doctor' looks where makers "
        "put them"
    )
    usual = _usual_place(profile)
    if usual:
        remedy = f"Install the maker's SDK ({profile.description}); it puts the producer at {usual}"
    return Finding.fail(cti, "file not found", remedy)


def _may_be_there(file: str) -> bool:
    """Return False for a file that is not there; where it cannot be looked at, others say why."""
    try:
        return Path(file).exists()
    except OSError:
        return True


def _similar_files(cti: str, profiles: Mapping[str, GentlProfile]) -> list[str]:
    wanted = Path(cti)
    above = next((folder for folder in wanted.parents if os.path.isdir(folder)), None)
    near: list[Path] = []
    if above is not None and above != Path(above.anchor):
        for folder in _folders_below(above, 2):
            near += sorted(folder.glob("*.cti"))
    files = [str(path) for path in near] + [*find_producers(profiles)]
    names = {file: Path(file).name.casefold() for file in dict.fromkeys(files)}
    close = difflib.get_close_matches(wanted.name.casefold(), set(names.values()), n=3, cutoff=0.6)
    return [file for name in close for file in names if names[file] == name][:3]


def _folders_below(folder: Path, depth: int) -> list[Path]:
    found, layer = [folder], [folder]
    for _ in range(depth):
        below: list[Path] = []
        for parent in layer:
            try:
                below += sorted(path for path in parent.iterdir() if os.path.isdir(path))
            except OSError:
                # A folder that this user may not read.
                continue
            if len(found) + len(below) > _MOST_FOLDERS:
                return found
        found += below
        layer = below
    return found


def _usual_place(profile: GentlProfile) -> str:
    system, machine = platform.system().lower(), machine_name(platform.machine())
    for rule in profile.locations:
        here = rule.system in ("", system) and rule.machine in ("", machine)
        if here and not re.search(r"\$\{|\*", rule.path):
            return rule.path
    return ""


def _missing_library(
    cti: str, library: MissingLibrary, profile: GentlProfile, environment: Mapping[str, str]
) -> Finding:
    text = f"cannot be loaded: needs the shared library {library.name}"
    if library.needed_by != Path(cti).name:
        text += f" (for {library.needed_by})"
    near = _folders_below(Path(cti).parent, 2)
    if profile.serves_file(Path(cti).name):
        # A maker's own layout: its other folders are beside this one.
        near += _folders_below(Path(cti).parent.parent, 2)
    folder = next((path for path in near if os.path.isfile(path / library.name)), None)
    if folder is not None:
        path = ":".join(filter(None, (str(folder), environment.get("LD_LIBRARY_PATH", ""))))
        return Finding.fail(
            cti,
            f"{text}, which is in {folder}",
            f'env = {{ LD_LIBRARY_PATH = "{path}" }} in the [[producer]] of the configuration',
        )
    remedy = "Install the maker's SDK again, or the package that has it: apt-file search "
    remedy += library.name
    if library.name in _PACKAGES:
        remedy = f"sudo apt install {_PACKAGES[library.name]}"
    return Finding.fail(cti, f"{text}, which is not installed", remedy)
