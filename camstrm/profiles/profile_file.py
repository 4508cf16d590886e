"""The form of one file in ``gentl_profiles``, and its merging with what it extends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import Struct, field

from camstrm.config.settings import text_form
from camstrm.profiles.profile import (
    STAGES,
    BufferRule,
    EnvironmentRule,
    FeatureRule,
    GentlProfile,
    LocationRule,
    ProcessSharing,
    QuirkNote,
    Sourced,
    UsbRule,
)

__all__ = ["MatchRule", "ProcessRule", "ProfileFile", "complete"]


ProfileName = Annotated[
    str, text_form(r"^[a-z0-9][a-z0-9\-]{0,63}\Z", "small letters, digits and '-'")
]


class ProcessRule(Sourced, frozen=True, kw_only=True):
    """Who shares a camera process."""

    per: ProcessSharing


class MatchRule(Sourced, frozen=True, kw_only=True):
    """Which producers and cameras the profile is for; see GentlProfile."""

    file: str = ""
    vendor: str = ""
    bus: str = ""


class ProfileFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One profile as written.

    What is not there is taken from the profile that it ``extends``. Tables and
    ``location`` replace, environment (by name and system), features (by id) and quirks (by
    name) override one by one; ``remove`` names ids of features that are not wanted.
    """

    name: ProfileName
    description: str = ""
    sdk: str = ""
    extends: str = ""
    remove: tuple[str, ...] = ()
    match: MatchRule | None = None
    usb: UsbRule | None = None
    process: ProcessRule | None = None
    num_buffers: BufferRule | None = None
    locations: tuple[LocationRule, ...] = field(default=(), name="location")
    environment: tuple[EnvironmentRule, ...] = ()
    features: tuple[FeatureRule, ...] = field(default=(), name="feature")
    stream_features: tuple[FeatureRule, ...] = field(default=(), name="stream_feature")
    quirks: tuple[QuirkNote, ...] = field(default=(), name="quirk")


def complete(file: ProfileFile, base: GentlProfile) -> GentlProfile:
    """Return the profile that ``file`` makes of ``base`` (an empty one if it extends none)."""
    match = file.match or MatchRule(
        file=base.file_pattern, vendor=base.vendor_pattern, bus=base.bus
    )
    rules = (*base.environment, *file.environment)
    environment = {(rule.name, rule.system): rule for rule in rules}
    notes = {note.name: note for note in (*base.quirk_notes, *file.quirks)}
    return GentlProfile(
        name=file.name,
        description=file.description,
        file_pattern=match.file,
        vendor_pattern=match.vendor,
        bus=match.bus,
        sdk=file.sdk or base.sdk,
        usb=file.usb or base.usb,
        process=file.process.per if file.process else base.process,
        num_buffers=file.num_buffers or base.num_buffers,
        locations=file.locations or base.locations,
        environment=tuple(environment.values()),
        features=_in_stages(_merged(base.features, file.features, file.remove)),
        stream_features=_merged(base.stream_features, file.stream_features, file.remove),
        quirks=_replaced(base.quirks, {note.name: note.value for note in file.quirks}),
        quirk_notes=tuple(notes.values()),
    )


def _merged(
    base: Sequence[FeatureRule], own: Sequence[FeatureRule], remove: Sequence[str]
) -> tuple[FeatureRule, ...]:
    rules = [rule for rule in base if rule.key not in remove]
    for rule in own:
        keys = [other.key for other in rules]
        if rule.key in keys:
            rules[keys.index(rule.key)] = rule
        elif rule.before in keys:
            rules.insert(keys.index(rule.before), rule)
        else:
            rules.append(rule)
    return tuple(rules)


def _in_stages(rules: Sequence[FeatureRule]) -> tuple[FeatureRule, ...]:
    return tuple(sorted(rules, key=lambda rule: STAGES.index(rule.stage)))


S = TypeVar("S", bound=Struct)


def _replaced(settings: S, changes: dict[str, object]) -> S:
    """Return ``settings`` with checked values in place of some."""
    return msgspec.convert({**msgspec.to_builtins(settings), **changes}, type(settings))
