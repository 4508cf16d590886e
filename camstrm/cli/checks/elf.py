"""Which shared libraries a library needs that the loader would not find (as ldd does).

Reads the ELF files; nothing is loaded or run. Search order as in ld.so(8). Source of the
numbers: elf(5).
"""

from __future__ import annotations

import glob
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MissingLibrary", "missing_libraries"]

_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NEEDED, _DT_STRTAB, _DT_RPATH, _DT_RUNPATH = 1, 5, 15, 29
_USUAL = ("lib", "lib64", "usr/lib", "usr/lib64", "usr/local/lib")
_MOST_FILES = 500
_MOST_BYTES = 1 << 30
"""Libraries of one producer, and bytes of each, that are read: more are not a producer's."""


@dataclass(frozen=True)
class MissingLibrary:
    """``name`` is not found, and ``needed_by`` (a file name) needs it."""

    name: str
    needed_by: str


@dataclass(frozen=True)
class _Dynamic:
    machine: int
    needed: tuple[str, ...]
    rpath: tuple[str, ...]
    runpath: tuple[str, ...]


def missing_libraries(
    file: str | Path, environment: Mapping[str, str], root: Path = Path("/")
) -> tuple[MissingLibrary, ...]:
    """Return each library that ``file``, or one that it needs, asks for and that is not found.

    ``environment`` is that of the process that loads it. ``root`` is where the system's
    folders are.
    """
    preloaded = environment.get("LD_LIBRARY_PATH", "").replace(";", ":").split(":")
    usual = tuple(_system_folders(root))
    missing: list[MissingLibrary] = []
    seen: set[str] = set()
    todo = [Path(file)]
    while todo and len(seen) < _MOST_FILES:
        path = todo.pop(0)
        dynamic = _read_dynamic(path)
        if dynamic is None:
            continue
        # A RUNPATH switches the RPATH off, and comes after LD_LIBRARY_PATH.
        before = () if dynamic.runpath else dynamic.rpath
        folders = [
            Path(folder.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", str(path.parent)))
            for folder in (*before, *preloaded, *dynamic.runpath)
            if folder
        ]
        for name in dynamic.needed:
            if name in seen:
                continue
            seen.add(name)
            found = _found(name, [*folders, *usual], dynamic.machine)
            if found is None:
                missing.append(MissingLibrary(name, path.name))
            else:
                todo.append(found)
    return tuple(missing)


def _found(name: str, folders: list[Path], machine: int) -> Path | None:
    for folder in folders:
        candidate = folder / name
        try:
            with candidate.open("rb") as file:
                head = file.read(20)
        except OSError:
            continue
        if head[:4] == b"\x7fELF" and int.from_bytes(head[18:20], "little") == machine:
            return candidate
    return None


def _system_folders(root: Path) -> Iterator[Path]:
    yield from _configured(root / "etc/ld.so.conf", root, set())
    for folder in _USUAL:
        yield root / folder
        # Debian's folders for each architecture; its ld.so knows them by itself.
        yield from sorted((root / folder).glob("*-linux-gnu*"))


def _configured(file: Path, root: Path, read: set[Path]) -> Iterator[Path]:
    if file in read:
        return
    read.add(file)
    try:
        lines = file.read_text(errors="replace").splitlines()
    except OSError:
        return
    for raw in lines:
        words = raw.partition("#")[0].split()
        if len(words) == 2 and words[0] == "include":
            pattern = words[1] if words[1].startswith("/") else f"/etc/{words[1]}"
            for name in sorted(glob.glob(f"{root}/{pattern.lstrip('/')}")):  # noqa: PTH207  a pattern with folders
                yield from _configured(Path(name), root, read)
        elif words:
            yield root / words[0].lstrip("/")


def _read_dynamic(path: Path) -> _Dynamic | None:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        return _parse(path.read_bytes())
    except (OSError, struct.error, ValueError):
        # No library, or a broken one: the loader says so itself.
        return None


def _parse(data: bytes) -> _Dynamic | None:
    if data[:4] != b"\x7fELF" or data[5:6] != b"\x01":
        return None
    wide = data[4] == 2
    (machine,) = struct.unpack_from("<H", data, 18)
    (table,) = struct.unpack_from("<Q" if wide else "<I", data, 32 if wide else 28)
    size, count = struct.unpack_from("<HH", data, 54 if wide else 42)
    loads: list[tuple[int, int, int]] = []
    dynamic: tuple[int, int] | None = None
    for at in range(table, table + size * count, size or 1):
        if wide:
            kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, at)
        else:
            kind, offset, address, _, length = struct.unpack_from("<IIIII", data, at)
        if kind == _PT_LOAD:
            loads.append((address, length, offset))
        elif kind == _PT_DYNAMIC:
            dynamic = offset, length
    if dynamic is None:
        return _Dynamic(machine, (), (), ())
    form = struct.Struct("<qQ" if wide else "<iI")
    end = min(dynamic[0] + dynamic[1], len(data) - form.size + 1)
    tags = [form.unpack_from(data, at) for at in range(dynamic[0], end, form.size)]
    (strings,) = [value for tag, value in tags if tag == _DT_STRTAB][:1] or [0]
    base = next((o + strings - a for a, n, o in loads if a <= strings < a + n), strings)

    def texts(wanted: int) -> tuple[str, ...]:
        starts = [base + value for tag, value in tags if tag == wanted]
        return tuple(data[s : data.index(b"\0", s)].decode(errors="replace") for s in starts)

    def folders(wanted: int) -> tuple[str, ...]:
        return tuple(folder for text in texts(wanted) for folder in text.split(":"))

    return _Dynamic(machine, texts(_DT_NEEDED), folders(_DT_RPATH), folders(_DT_RUNPATH))
