"""Choose the profile for a producer and a camera."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PureWindowsPath

from camstrm.config import ProducerSettings
from camstrm.profiles.load import named_profile
from camstrm.profiles.profile import GentlProfile

__all__ = ["GENERIC", "match_profile", "profile_of"]

GENERIC = "generic"
"""Name of the profile for everything that no other matches."""

_BUSES = {
    "U3V": "U3V",
    "USB3VISION": "U3V",
    "GEV": "GEV",
    "GIGEVISION": "GEV",
}


def match_profile(
    profiles: Mapping[str, GentlProfile], cti: str, vendor: str, tl_type: str
) -> GentlProfile:
    """Return the profile for a camera of ``vendor`` on bus ``tl_type`` under ``cti``.

    The producer's file name decides first, because its quirks and variables are the
    producer's; between profiles of one file the bus decides (Spinnaker serves U3V and GEV).
    Else vendor and bus (another maker's producer), else ``generic``. ``vendor`` and
    ``tl_type`` may be empty, before the cameras are known: of several profiles then one
    that shares a process wins, which suits every camera of the producer.
    """
    bus = _BUSES.get(tl_type.upper(), tl_type.upper())
    # A PureWindowsPath splits at both kinds of slashes.
    file_name = PureWindowsPath(cti).name
    of_file = _cautious_first(p for p in profiles.values() if p.serves_file(file_name))
    for profile in of_file:
        if profile.bus in ("", bus):
            return profile
    if of_file:
        return of_file[0]
    for profile in _cautious_first(p for p in profiles.values() if p.serves_vendor(vendor)):
        if not bus or profile.bus in ("", bus):
            return profile
    return profiles.get(GENERIC) or GentlProfile(name=GENERIC)


def profile_of(profiles: Mapping[str, GentlProfile], producer: ProducerSettings) -> GentlProfile:
    """Return the profile of a producer: the named one, or the one that its file matches."""
    if producer.profile:
        return named_profile(profiles, producer.profile)
    return match_profile(profiles, producer.cti, "", "")


def _cautious_first(profiles: Iterable[GentlProfile]) -> list[GentlProfile]:
    return sorted(profiles, key=lambda profile: profile.process != "producer")
