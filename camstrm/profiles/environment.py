"""The environment of a camera process: what the maker's libraries need before they load."""

from __future__ import annotations

import os
import platform
import string
from collections.abc import Mapping
from pathlib import PurePath, PurePosixPath, PureWindowsPath

from camstrm.profiles.profile import GentlProfile

__all__ = ["process_environment", "template_problem"]

_PLACEHOLDERS = ("cti", "dir", "parent", "grandparent", "sep")


def process_environment(
    profile: GentlProfile,
    cti: str,
    environ: Mapping[str, str],
    *,
    extra: Mapping[str, str] | None = None,
    system: str | None = None,
) -> dict[str, str]:
    """Return a new environment for a process that loads ``cti``; ``environ`` stays as it is.

    It must be given at the start of the process: the dynamic loader reads LD_LIBRARY_PATH
    once. ``extra`` (the user's ``env``) comes last. ``system``: "linux", "windows" or
    "darwin" (default: this one). A producer whose file name the profile does not know
    gets no variables of that maker.
    """
    system = system or platform.system().lower()
    result = dict(environ)
    path = _absolute(cti, system)
    if profile.serves_file(path.name):
        values = _template_values(path, system)
        for rule in profile.environment:
            if rule.system in ("", system):
                value = rule.value.format_map(values)
                result[rule.name] = (
                    _prepended(value, result.get(rule.name, ""), values["sep"])
                    if rule.prepend
                    else value
                )
    result.update(extra or {})
    return result


def template_problem(template: str) -> str:
    """Return what is wrong with the value of an environment rule, empty if nothing is."""
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        return f"not a template ({error})"
    unknown = [name for name in fields if name not in _PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in _PLACEHOLDERS)
        return f"unknown placeholder {{{unknown[0]}}} (there are: {known})"
    return ""


def _absolute(cti: str, system: str) -> PurePath:
    path = PureWindowsPath(cti) if system == "windows" else PurePosixPath(cti)
    if path.is_absolute():
        return path
    return type(path)(os.path.abspath(cti))  # noqa: PTH100  also collapses "..", no disk access


def _template_values(path: PurePath, system: str) -> dict[str, str]:
    return {
        "cti": str(path),
        "dir": str(path.parent),
        "parent": str(path.parent.parent),
        "grandparent": str(path.parent.parent.parent),
        "sep": ";" if system == "windows" else ":",
    }


def _prepended(value: str, existing: str, separator: str) -> str:
    """Put the entries of ``value`` first, each once."""
    entries = value.split(separator)
    kept = [entry for entry in existing.split(separator) if entry and entry not in entries]
    return separator.join([*entries, *kept])
