"""The makers' environment variables: what camstrm sets itself, and what points to nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from camstrm.cli.checks.finding import Finding
from camstrm.config import ProducerSettings
from camstrm.profiles import GentlProfile

__all__ = ["process_environment_findings", "variable_findings"]

_FILE_VARIABLE = re.compile(r"(GENTL\d*_?CTI|_CTI)(_|$)")
"""SPINNAKER_GENTL64_CTI, FLIR_GENTL64_CTI_VS140, ...: each names a producer's file."""

_FIRST_IN_PATH = re.compile(r"^\$\{(\w+)\}/")
_PATH_VARIABLES = ("GENICAM_GENTL64_PATH", "GENICAM_GENTL32_PATH")


def process_environment_findings(
    producer: ProducerSettings,
    profile: GentlProfile,
    environment: Mapping[str, str],
    environ: Mapping[str, str],
) -> Iterator[Finding]:
    """Say which variables camera processes get that this shell lacks."""
    names = {rule.name for rule in profile.environment} | set(producer.env)
    given = sorted(n for n in names if n in environment and environ.get(n) != environment[n])
    if given:
        yield Finding.ok(
            f"environment for {profile.name}",
            f"camstrm sets {', '.join(given)} for its camera processes; this shell needs nothing",
        )


def variable_findings(
    profiles: Mapping[str, GentlProfile],
    producers: tuple[ProducerSettings, ...],
    environ: Mapping[str, str],
) -> Iterator[Finding]:
    """Check the variables of this shell that name producers and their folders."""
    for name, value in sorted(environ.items()):
        if value and _FILE_VARIABLE.search(name) and not os.path.isfile(value):
            better = _file_for(name, profiles, producers)
            remedy = f"export {name}={better}" if better else f"unset {name}"
            yield _warning(name, f"points to {value}, which is not a file", remedy)
    for name in _PATH_VARIABLES:
        yield from _path_findings(name, environ.get(name, ""))
    for name in sorted(_folder_variables(profiles)):
        value = environ.get(name, "")
        if value and not os.path.isdir(value):
            yield _warning(name, f"points to {value}, which is not a folder", f"unset {name}")
    yield from _clashes(producers, environ)


def _warning(name: str, text: str, remedy: str) -> Finding:
    return Finding.warn(f"variable {name}", text, remedy)


def _path_findings(name: str, value: str) -> Iterator[Finding]:
    folders = [folder for folder in value.split(os.pathsep) if folder]
    for folder in folders:
        remedy = _without(folder, folders, name)
        if not os.path.isdir(folder):
            yield _warning(name, f"points to {folder}, which is not a folder", remedy)
        elif not any(Path(folder).glob("*.cti")):
            yield _warning(name, f"points to {folder}, which holds no .cti file", remedy)


def _without(folder: str, folders: Sequence[str], name: str) -> str:
    """Return the command that takes a folder out of a variable."""
    rest = os.pathsep.join(other for other in folders if other != folder)
    return f"export {name}={rest}" if rest else f"unset {name}"


def _folder_variables(profiles: Mapping[str, GentlProfile]) -> set[str]:
    starts = (
        _FIRST_IN_PATH.match(rule.path)
        for profile in profiles.values()
        for rule in profile.locations
    )
    return {start[1] for start in starts if start is not None}


def _file_for(
    variable: str, profiles: Mapping[str, GentlProfile], producers: tuple[ProducerSettings, ...]
) -> str:
    for profile in profiles.values():
        if any(rule.name == variable for rule in profile.environment):
            for producer in producers:
                if profile.serves_file(Path(producer.cti).name) and os.path.isfile(producer.cti):
                    return producer.cti
    return ""


def _clashes(
    producers: tuple[ProducerSettings, ...], environ: Mapping[str, str]
) -> Iterator[Finding]:
    """Find a maker's own libusb, often an older one, in the path of every program."""
    folders = [folder for folder in environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    own = {str(Path(producer.cti).parent) for producer in producers}
    for folder in folders:
        if folder.rstrip("/") in own and any(Path(folder).glob("libusb-1.0.so*")):
            text = (
                f"holds {folder} with a libusb-1.0 of its own, which breaks other programs; "
                "camstrm sets it where it is needed"
            )
            name = "LD_LIBRARY_PATH"
            yield _warning(name, text, _without(folder, folders, name))
