"""Load the profiles that camstrm ships, and those of a user's folders."""

from __future__ import annotations

import codecs
import functools
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path

from camstrm.config import TomlDocument, convert_toml, parse_toml, read_toml
from camstrm.config.mistake import Mistake, mistakes
from camstrm.errors import ConfigError
from camstrm.profiles.environment import template_problem
from camstrm.profiles.profile import FeatureRule, GentlProfile, Quirks
from camstrm.profiles.profile_file import ProfileFile, complete

__all__ = ["load_profiles", "named_profile"]

_SHIPPED = "gentl_profiles"


def load_profiles(extra_dirs: Iterable[str | Path] = ()) -> dict[str, GentlProfile]:
    """Return all profiles by name, the shipped ones and the ``*.toml`` of ``extra_dirs``.

    A later folder's profile replaces an earlier one of the same name. What a profile
    extends comes before it. Raises ConfigError with file, line and key for the first
    mistake.
    """
    written = dict(_shipped_profiles())
    for documents in map(_documents_of, extra_dirs):
        written.update(_checked(documents))
    profiles: dict[str, GentlProfile] = {}
    for name in written:
        _complete_named(name, written, profiles, ())
    return profiles


def named_profile(
    profiles: Mapping[str, GentlProfile], name: str, *, source: str = "command line"
) -> GentlProfile:
    """Return the profile called ``name``; ConfigError lists the names there are.

    ``source`` is the file or place that asked for it.
    """
    if name not in profiles:
        known = ", ".join(sorted(profiles))
        raise ConfigError(
            source, f"there is no GenTL profile {name!r} (there are: {known})", key="profile"
        )
    return profiles[name]


@functools.cache
def _shipped_profiles() -> Mapping[str, tuple[TomlDocument, ProfileFile]]:
    # Kept: parsing takes 25 ms.
    return _checked(_shipped_documents())


def _shipped_documents() -> list[TomlDocument]:
    folder = resources.files(_SHIPPED)
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    return [parse_toml(entry.read_bytes(), f"{_SHIPPED}/{entry.name}") for entry in files]


def _documents_of(folder: str | Path) -> list[TomlDocument]:
    if not os.path.isdir(folder):
        raise ConfigError(str(folder), "wanted a folder with GenTL profiles (*.toml)")
    return [read_toml(path) for path in sorted(Path(folder).glob("*.toml"))]


def _checked(documents: list[TomlDocument]) -> dict[str, tuple[TomlDocument, ProfileFile]]:
    written: dict[str, tuple[TomlDocument, ProfileFile]] = {}
    for document in documents:
        file = convert_toml(document, ProfileFile)
        for mistake in _mistakes_in(file):
            raise document.error(*mistake)
        if file.name in written:
            other = written[file.name][0].file
            raise document.error(("name",), f"{file.name!r} is already the profile in {other}")
        written[file.name] = (document, file)
    return written


def _complete_named(
    name: str,
    written: Mapping[str, tuple[TomlDocument, ProfileFile]],
    profiles: dict[str, GentlProfile],
    descendants: tuple[str, ...],
) -> GentlProfile:
    document, file = written[name]
    if name in profiles:
        return profiles[name]
    base = GentlProfile(name="")
    if file.extends:
        if file.extends in (*descendants, name):
            raise document.error(("extends",), f"{file.extends!r} extends this profile itself")
        if file.extends not in written:
            known = ", ".join(sorted(written))
            raise document.error(
                ("extends",), f"there is no GenTL profile {file.extends!r} (there are: {known})"
            )
        base = _complete_named(file.extends, written, profiles, (*descendants, name))
    _check_references(document, file, base)
    profiles[name] = complete(file, base)
    return profiles[name]


def _check_references(document: TomlDocument, file: ProfileFile, base: GentlProfile) -> None:
    known = {rule.key for rule in (*base.features, *base.stream_features)}
    for index, key in enumerate(file.remove):
        if key not in known:
            raise document.error(
                ("remove", index), f"{file.extends or 'nothing'} has no feature with id {key!r}"
            )
    for table, rules in (("feature", file.features), ("stream_feature", file.stream_features)):
        places = known | {rule.key for rule in rules}
        for index, rule in enumerate(rules):
            if rule.before and rule.before not in places:
                raise document.error(
                    (table, index, "before"), f"there is no feature with id {rule.before!r}"
                )


def _mistakes_in(file: ProfileFile) -> Iterator[Mistake]:
    """Yield what the types of ProfileFile cannot refuse."""
    if file.match:
        for key in ("file", "vendor"):
            try:
                re.compile(getattr(file.match, key))
            except re.error as error:
                yield Mistake(("match", key), f"not a regular expression ({error})")
    buffers = file.num_buffers
    if buffers and buffers.max < buffers.min:
        problem = f"wanted at least min ({buffers.min}), got {buffers.max}"
        yield Mistake(("num_buffers", "max"), problem)
    for index, variable in enumerate(file.environment):
        problem = template_problem(variable.value)
        if problem:
            yield Mistake(("environment", index, "value"), problem)
    for index, note in enumerate(file.quirks):
        for mistake in mistakes({note.name: note.value}, Quirks):
            key = "name" if mistake.problem.startswith("unknown key") else "value"
            yield Mistake(("quirk", index, key), mistake.problem)
        if note.name == "text_encoding" and not _is_encoding(str(note.value)):
            problem = f"Python knows no text encoding {note.value!r}"
            yield Mistake(("quirk", index, "value"), problem)
    yield from _feature_mistakes("feature", file.features)
    yield from _feature_mistakes("stream_feature", file.stream_features)


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _feature_mistakes(table: str, rules: tuple[FeatureRule, ...]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        if rule.key in seen:
            yield Mistake(
                (table, index, "id" if rule.id else "name"),
                f"{rule.key!r} is there twice; give one an 'id' of its own",
            )
        seen.add(rule.key)
        if (rule.value is not None) + bool(rule.first_of) + bool(rule.value_from) > 1:
            yield Mistake((table, index), "wanted one of value, first_of and value_from")
