"""Find the GenTL producers that are installed, where their makers put them."""

from __future__ import annotations

import glob
import os
import platform
import re
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from camstrm.profiles.profile import GentlProfile, LocationRule

__all__ = ["existing_files", "find_producers", "machine_name"]

_VARIABLE = re.compile(r"\$\{([^}]+)\}")

_MACHINES = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64", "i386": "x86", "i686": "x86"}


def find_producers(
    profiles: Mapping[str, GentlProfile],
    environ: Mapping[str, str] | None = None,
    *,
    system: str | None = None,
    machine: str | None = None,
    list_files: Callable[[str], Sequence[str]] | None = None,
) -> tuple[str, ...]:
    """Return the .cti files of all profiles, each file once and one file for each profile.

    Looked for in this order: the maker's own variables, the places its installers use,
    the folders in GENICAM_GENTL64_PATH (GenTL standard 1.5, section 3.4.1), there only files
    that a profile knows by name: producers show other makers' cameras too, and a camera
    that two of them show cannot be chosen by its serial number. ``list_files`` expands a
    path with wildcards to the files there are; the rest defaults to this machine.
    """
    environ = os.environ if environ is None else environ
    system = system or platform.system().lower()
    bits = 64 if machine else struct.calcsize("P") * 8
    machine = machine_name(machine or platform.machine(), bits)
    candidates = _Candidates(profiles, environ, system, machine, list_files or existing_files)
    found: list[str] = []
    files: set[str] = set()
    served: set[str] = set()
    for name, cti in candidates:
        file = os.path.normcase(os.path.realpath(cti))
        if name not in served and file not in files:
            found.append(cti)
        # Profiles for the buses of one producer look for the same file: all of them have it now.
        files.add(file)
        served.add(name)
    return tuple(found)


def machine_name(machine: str, bits: int = 64) -> str:
    """Return one name for what systems call the same: "x86_64", "aarch64", "x86", ...

    ``bits``: of the process; a 32-bit process on a 64-bit PC needs 32-bit libraries.
    """
    name = _MACHINES.get(machine.lower(), machine.lower())
    return "x86" if name == "x86_64" and bits == 32 else name


def existing_files(pattern: str) -> list[str]:
    """Return the files that ``pattern`` (with ``*``) stands for, newest name first."""
    # os.path.isfile answers False where a folder may not be read.
    found = filter(os.path.isfile, glob.glob(pattern))  # noqa: PTH207  a pattern with folders
    return sorted(found, reverse=True)


@dataclass(frozen=True)
class _Candidates:
    profiles: Mapping[str, GentlProfile]
    environ: Mapping[str, str]
    system: str
    machine: str
    list_files: Callable[[str], Sequence[str]]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield name of the profile and .cti, best first."""
        yield from self._in_locations(by_variable=True)
        yield from self._in_locations(by_variable=False)
        yield from self._in_gentl_path()

    def _in_locations(self, *, by_variable: bool) -> Iterator[tuple[str, str]]:
        for profile in self.profiles.values():
            for rule in profile.locations:
                names = _VARIABLE.findall(rule.path)
                if bool(names) != by_variable or not self._is_for_this_machine(rule):
                    continue
                if all(self.environ.get(name) for name in names):
                    pattern = _VARIABLE.sub(
                        lambda name: glob.escape(self.environ[name[1]]), rule.path
                    )
                    for cti in self.list_files(pattern):
                        yield profile.name, cti

    def _in_gentl_path(self) -> Iterator[tuple[str, str]]:
        variable = "GENICAM_GENTL32_PATH" if self.machine == "x86" else "GENICAM_GENTL64_PATH"
        separator = ";" if self.system == "windows" else ":"
        join = PureWindowsPath if self.system == "windows" else PurePosixPath
        for folder in self.environ.get(variable, "").split(separator):
            if folder:
                for cti in self.list_files(str(join(glob.escape(folder)) / "*.cti")):
                    for profile in self.profiles.values():
                        if profile.serves_file(PureWindowsPath(cti).name):
                            yield profile.name, cti

    def _is_for_this_machine(self, rule: LocationRule) -> bool:
        return rule.system in ("", self.system) and rule.machine in ("", self.machine)
