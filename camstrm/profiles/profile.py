"""GentlProfile: what a maker's producer and cameras need, as data.

The rules are the types of the files in ``gentl_profiles`` too. Profiles travel to camera
processes as JSON (16 kB each without what is as the default says). ``why``, ``source`` and
``verified`` stand at every entry, so that a reader knows what rests on what: ``source``
cites a document or issue, ``verified`` is true only if it was run and observed.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from camstrm.config import FeatureValue
from camstrm.config.settings import text_form

__all__ = [
    "STAGES",
    "BufferRule",
    "EnvironmentRule",
    "FeatureRule",
    "GentlProfile",
    "LocationRule",
    "ProcessSharing",
    "QuirkNote",
    "Quirks",
    "Sourced",
    "Stage",
    "UsbRule",
    "ValueSource",
]

Stage = Literal[
    "reset",
    "stop",
    "trigger",
    "compression",
    "geometry",
    "chunks",
    "transport",
    "exposure",
    "user",
    "rate",
]

STAGES: tuple[Stage, ...] = get_args(Stage)
"""The order in which features are set. Up to "transport" the stream must stand still; the
frame rate is last because its maximum depends on everything before; "user" is where
features of the configuration go that no profile knows."""

ValueSource = Literal["", "mtu", "link_bytes_per_s", "num_buffers"]

Condition = Literal["reset", "ptp", "mtu known", "link known", "one camera", "several cameras"]

ProcessSharing = Literal["camera", "producer"]

System = Literal["", "linux", "windows", "darwin"]


class Sourced(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """An entry with its reason, what says so, and whether it was observed to hold."""

    why: str = ""
    source: str = ""
    verified: bool = False


class FeatureRule(Sourced, frozen=True, kw_only=True):
    """One feature of the camera (or of the data stream) and when to set it to what.

    ``name``: SFNC name; ``or_name``: other spellings, the first that exists is used.
    ``id``: what an extending profile overrides (default: the name); ``before``: where it
    inserts a new one in the stage (default: at its end). ``stage``: see STAGES.
    ``value``: what to set, or ``first_of``: the first entry that the camera has, or
    ``value_from`` with ``factor`` (and ``choices``: the largest not above it). Without any
    of them the rule only gives a feature of the configuration its place.
    ``when``: all must hold. ``when_given``: at least one of these features (``Name`` or
    ``Name=Value``) is in the configuration; ``unless_given``: none is.
    ``selector``: set this first, as ``ComponentSelector=Range``; ``each``: set the feature
    for every entry of this selector. ``clamp``: an out-of-range number
    becomes the nearest possible one. ``keep_if_decodable``: leave a pixel format alone that
    camstrm can show. ``configurable``: a value in the configuration replaces this one.
    """

    name: Annotated[str, Meta(min_length=1)]
    id: str = ""
    before: str = ""
    or_name: tuple[str, ...] = ()
    stage: Stage = "user"
    value: FeatureValue | None = None
    first_of: tuple[str, ...] = ()
    value_from: ValueSource = ""
    factor: Annotated[float, Meta(ge=0.001, le=1000)] = 1.0
    choices: tuple[int, ...] = ()
    when: tuple[Condition, ...] = ()
    when_given: tuple[str, ...] = ()
    unless_given: tuple[str, ...] = ()
    selector: Annotated[str, text_form(r"^([^=]+=[^=]+)?\Z", "Selector=Entry")] = ""
    each: str = ""
    clamp: bool = True
    keep_if_decodable: bool = False
    configurable: bool = True

    @property
    def key(self) -> str:
        """What another rule of the same key overrides."""
        return self.id or self.name

    @property
    def names(self) -> tuple[str, ...]:
        """All spellings, in the order to try."""
        return (self.name, *self.or_name)


class LocationRule(Sourced, frozen=True, kw_only=True):
    """Where the .cti may be: ``path`` with ``*`` and ``${VARIABLE}``; empty: anywhere."""

    path: Annotated[str, Meta(min_length=1)]
    system: System = ""
    machine: str = ""


class EnvironmentRule(Sourced, frozen=True, kw_only=True):
    """A variable for the camera process.

    ``value``: with ``{cti}``, ``{dir}`` (its folder), ``{parent}`` and ``{grandparent}``
    (of the folder). ``prepend``: put it before the entries of a path list that is there.
    """

    name: Annotated[str, Meta(min_length=1)]
    value: str
    prepend: bool = False
    system: System = ""


UsbVendor = Annotated[
    str, text_form(r"^[0-9a-f]{4}\Z", "four hexadecimal digits in small letters, as '2bdf'")
]


class UsbRule(Sourced, frozen=True, kw_only=True):
    """How the maker's USB cameras are known to this machine, whatever the producers say.

    ``maker``: its name for people. ``vendor``: idVendor of its devices. ``serial``: how the
    device's own descriptor writes the serial number that the producer shows: as it is, or as a
    hexadecimal number.
    """

    maker: Annotated[str, Meta(min_length=1)]
    vendor: tuple[UsbVendor, ...]
    serial: Literal["as it is", "hexadecimal"] = "as it is"


class BufferRule(Sourced, frozen=True, kw_only=True):
    """How many acquisition buffers: ``seconds`` of frames and ``spare``, within limits."""

    min: Annotated[int, Meta(ge=1, le=1024)] = 8
    max: Annotated[int, Meta(ge=1, le=1024)] = 264
    seconds: Annotated[float, Meta(ge=0, le=10)] = 0.08
    spare: Annotated[int, Meta(ge=0, le=256)] = 4


class Quirks(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a producer must be handled beyond what GenTL says.

    ``preopen_bypass``: open without reading the unopened device's node map first.
    ``text_encoding``: of error texts and names. ``drain``: wait for the new-buffer event
    with the GIL released, or poll the queue. ``open_retry_interval_s``: between attempts to
    open a camera that refuses. ``close_open_pause_s``: between closing and opening it again.
    ``heartbeat_timeout_s``: how long a camera stays locked after a crash (0: not at all).
    ``local_teardown``: nodes of the local device node map to set before closing a camera
    that no longer answers, clamped to their range.
    """

    preopen_bypass: bool = True
    text_encoding: str = "utf-8"
    drain: Literal["event", "poll"] = "event"
    open_retry_interval_s: Annotated[float, Meta(ge=0.1, le=60)] = 2.0
    close_open_pause_s: Annotated[float, Meta(ge=0, le=60)] = 0.0
    heartbeat_timeout_s: Annotated[float, Meta(ge=0, le=600)] = 0.0
    local_teardown: dict[str, int] = {}


class QuirkNote(Sourced, frozen=True, kw_only=True):
    """One field of Quirks with its reason, as a profile file states it."""

    name: str
    value: FeatureValue | dict[str, int]


class GentlProfile(
    Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True
):
    """One profile, complete: what it extends is merged in.

    ``file_pattern`` is searched in the name of the .cti file, ``vendor_pattern`` in the
    camera's vendor (empty: matches none); ``bus``: "U3V", "GEV", or empty for any.
    ``sdk``: what to install for the producer, empty where there is no such thing.
    ``process``: a process for each camera, or one for all cameras of the producer.
    ``features`` and ``stream_features`` are in the order to set them. ``quirks`` holds the
    values for which ``quirk_notes`` give the reasons.
    """

    name: str
    description: str = ""
    file_pattern: str = ""
    vendor_pattern: str = ""
    bus: str = ""
    sdk: str = ""
    usb: UsbRule | None = None
    process: ProcessSharing = "camera"
    num_buffers: BufferRule = BufferRule()
    locations: tuple[LocationRule, ...] = ()
    environment: tuple[EnvironmentRule, ...] = ()
    features: tuple[FeatureRule, ...] = ()
    stream_features: tuple[FeatureRule, ...] = ()
    quirks: Quirks = Quirks()
    quirk_notes: tuple[QuirkNote, ...] = ()

    def serves_file(self, file_name: str) -> bool:
        """Return whether ``file_name`` (no folder) is a producer that this profile is for."""
        return bool(self.file_pattern) and bool(re.search(self.file_pattern, file_name))

    def serves_vendor(self, vendor: str) -> bool:
        """Return whether cameras of ``vendor`` are what this profile is for."""
        return bool(self.vendor_pattern) and bool(re.search(self.vendor_pattern, vendor))
