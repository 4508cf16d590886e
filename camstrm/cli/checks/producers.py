"""The GenTL producers: file, shared libraries, environment, interpreter, cameras."""

from __future__ import annotations

import difflib
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.acquisition.discovery import scan_producer
from camstrm.acquisition.producer_check import check_producer
from camstrm.cli.checks.elf import MissingLibrary, missing_libraries
from camstrm.cli.checks.environment import process_environment_finding
from camstrm.cli.checks.holders import exclusive_users
from camstrm.cli.checks.interpreter import interpreter_findings
from camstrm.cli.finding import Finding, Level
from camstrm.config import ProducerSettings
from camstrm.errors import ConfigError, ProducerError, ProducerInUseError
from camstrm.profiles import (
    GentlProfile,
    find_producers,
    machine_name,
    process_environment,
    profile_of,
)

__all__ = ["ScannedProducer", "scan_producers"]

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


@dataclass(frozen=True)
class ScannedProducer:
    """A producer with the profile and environment of its processes, and what it shows."""

    settings: ProducerSettings
    profile: GentlProfile
    environment: Mapping[str, str]
    devices: tuple[DeviceInfo, ...] = ()


def scan_producers(
    producers: Iterable[ProducerSettings],
    profiles: Mapping[str, GentlProfile],
    scanned: list[ScannedProducer],
) -> Iterator[Finding]:
    """Check each producer and list its cameras in children; append it to ``scanned``."""
    probed: set[str] = set()
    for producer in producers:
        try:
            profile = profile_of(profiles, producer)
        except ConfigError as error:
            yield Finding(
                Level.FAIL, producer.cti, error.problem, "Correct 'profile' of the [[producer]]"
            )
            continue
        environment = process_environment(profile, producer.cti, os.environ, extra=producer.env)
        if not Path(producer.cti).exists():
            scanned.append(ScannedProducer(producer, profile, environment))
            yield _missing_file(producer.cti, profile, profiles)
            continue
        told = process_environment_finding(producer, profile, environment, os.environ)
        if told is not None:
            yield told
        usable = True
        if producer.python not in probed:
            probed.add(producer.python)
            findings = list(interpreter_findings(producer.python, environment, profile))
            yield from findings
            usable = all(finding.level is not Level.FAIL for finding in findings)
        devices: tuple[DeviceInfo, ...] = ()
        if usable or not producer.python:
            findings, devices = _scan(producer, profile, environment)
            yield from findings
        scanned.append(ScannedProducer(producer, profile, environment, devices))


def _scan(
    producer: ProducerSettings, profile: GentlProfile, environment: Mapping[str, str]
) -> tuple[list[Finding], tuple[DeviceInfo, ...]]:
    cti = producer.cti
    users = exclusive_users(profile, cti)
    if users:
        error = ProducerInUseError(cti, ", ".join(map(str, users)))
        return [Finding(Level.WARN, cti, error.problem, error.remedy)], ()
    try:
        check_producer(cti, environment, python=producer.python or sys.executable)
        found = scan_producer(
            cti,
            environment,
            python=producer.python,
            text_encoding=profile.quirks.text_encoding,
        )
    except ProducerError as error:
        missing = (
            missing_libraries(cti, environment) if "cannot open shared object" in str(error) else ()
        )
        if missing:
            return [_missing_library(cti, library, profile, environment) for library in missing], ()
        return [Finding(Level.FAIL, cti, error.problem, error.remedy)], ()
    findings = [
        Finding(
            Level.WARN,
            cti,
            f"an interface could not be searched: {problem}",
            "Close other programs that use it; unplug and replug the network card or USB hub",
        )
        for problem in found.problems
    ]
    text = f"loads; profile {profile.name}; {len(found.devices)} cameras"
    if found.devices:
        findings.append(Finding(Level.OK, cti, text))
    else:
        findings.append(
            Finding(
                Level.FAIL,
                cti,
                text,
                "Check power, cable and the maker's driver; a GigE camera must be in the subnet "
                "of its network card",
            )
        )
    return findings, found.devices


def _missing_file(cti: str, profile: GentlProfile, profiles: Mapping[str, GentlProfile]) -> Finding:
    similar = _similar_files(cti, profiles)
    if similar:
        text = f"file not found; there is {', '.join(similar)}"
        return Finding(Level.FAIL, cti, text, f"camstrm doctor --cti {similar[0]}")
    usual = _usual_place(profile)
    if usual:
        return Finding(
            Level.FAIL,
            cti,
            "file not found",
            f"Install the maker's SDK ({profile.description}); it puts the producer at {usual}",
        )
    return Finding(
        Level.FAIL,
        cti,
        "file not found",
        "Give the path of the maker's .cti; without --cti 'camstrm doctor' looks where makers "
        "put them",
    )


def _similar_files(cti: str, profiles: Mapping[str, GentlProfile]) -> list[str]:
    wanted = Path(cti)
    above = next((folder for folder in wanted.parents if folder.is_dir()), None)
    near: list[Path] = []
    if above is not None and above != Path(above.anchor):
        for folder in _folders_below(above, 2):
            near += sorted(folder.glob("*.cti"))
    files = [str(path) for path in near] + [p.cti for p in find_producers(profiles)]
    names = {file: Path(file).name.casefold() for file in dict.fromkeys(files)}
    close = difflib.get_close_matches(wanted.name.casefold(), set(names.values()), n=3, cutoff=0.6)
    return [file for name in close for file in names if names[file] == name][:3]


def _folders_below(folder: Path, depth: int) -> list[Path]:
    found, layer = [folder], [folder]
    for _ in range(depth):
        below: list[Path] = []
        for parent in layer:
            try:
                below += sorted(path for path in parent.iterdir() if path.is_dir())
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
    return next(
        (
            rule.path
            for rule in profile.locations
            if rule.system in ("", system)
            and rule.machine in ("", machine)
            and not re.search(r"\$\{|\*", rule.path)
        ),
        "",
    )


def _missing_library(
    cti: str, library: MissingLibrary, profile: GentlProfile, environment: Mapping[str, str]
) -> Finding:
    text = f"cannot be loaded: needs the shared library {library.name}"
    if library.needed_by != Path(cti).name:
        text += f" (for {library.needed_by})"
    near = _folders_below(Path(cti).parent, 2)
    if profile.serves_file(Path(cti).name):
        # A maker's own layout: its other folders lie beside this one.
        near += _folders_below(Path(cti).parent.parent, 2)
    folder = next((path for path in near if (path / library.name).is_file()), None)
    if folder is not None:
        path = ":".join(filter(None, (str(folder), environment.get("LD_LIBRARY_PATH", ""))))
        return Finding(
            Level.FAIL,
            cti,
            f"{text}, which lies in {folder}",
            f'env = {{ LD_LIBRARY_PATH = "{path}" }} in the [[producer]] of the configuration',
        )
    package = _PACKAGES.get(library.name)
    remedy = (
        f"sudo apt install {package}"
        if package
        else "Install the maker's SDK again, or the package that has it: apt-file search "
        f"{library.name}"
    )
    return Finding(Level.FAIL, cti, f"{text}, which is not installed", remedy)
