"""Choose the profile for a producer and a camera."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PureWindowsPath

from camstrm.config import ProducerSettings
from camstrm.profiles.load import named_profile
from camstrm.profiles.profile import GentlProfile

__all__ = ["GENERIC", "match_profile", "profile_candidates", "profile_of"]

GENERIC = "generic"
"""Name of the profile for everything that no other matches."""

_BUSES = {"U3V": "U3V", "USB3VISION": "U3V", "GEV": "GEV", "GIGEVISION": "GEV"}


def match_profile(
    profiles: Mapping[str, GentlProfile], cti: str, vendor: str, tl_type: str
) -> GentlProfile:
    """Return the profile for a camera of ``vendor`` on bus ``tl_type`` under ``cti``.

    The producer's file name decides first, because its quirks and variables are the
    producer's; between profiles of one file the bus decides (a producer may serve U3V and GEV).
    Else vendor and bus (another maker's producer), else ``generic``. ``vendor`` and
    ``tl_type`` may be empty, before the cameras are known: of several profiles then one
    that shares a process wins, which suits every camera of the producer.
    """
    bus = _BUSES.get(tl_type.upper(), tl_type.upper())
    of_file = _cautious_first(_of_file(profiles, cti).values())
    for profile in of_file:
        if profile.bus in ("", bus):
            return profile
    if of_file:
        return of_file[0]
    for profile in _cautious_first(p for p in profiles.values() if p.serves_vendor(vendor)):
        if not bus or profile.bus in ("", bus):
            return profile
    return profiles.get(GENERIC) or GentlProfile(name=GENERIC)


def profile_candidates(profiles: Mapping[str, GentlProfile], cti: str) -> dict[str, GentlProfile]:
    """Return what :func:`match_profile` may choose from for cameras under ``cti``.

    It chooses the same from these as from all profiles, whatever vendor and bus turn out to be.
    """
    return _of_file(profiles, cti) or {
        name: profile
        for name, profile in profiles.items()
        if profile.vendor_pattern or name == GENERIC
    }


def profile_of(
    profiles: Mapping[str, GentlProfile],
    producer: ProducerSettings,
    vendor: str = "",
    tl_type: str = "",
) -> GentlProfile:
    """Return the profile that a producer's settings name, else the one that matches."""
    if producer.profile:
        return named_profile(profiles, producer.profile)
    return match_profile(profiles, producer.cti, vendor, tl_type)


def _of_file(profiles: Mapping[str, GentlProfile], cti: str) -> dict[str, GentlProfile]:
    # A PureWindowsPath splits at both kinds of slashes.
    file_name = PureWindowsPath(cti).name
    return {name: profile for name, profile in profiles.items() if profile.serves_file(file_name)}


def _cautious_first(profiles: Iterable[GentlProfile]) -> list[GentlProfile]:
    return sorted(profiles, key=lambda profile: profile.process != "producer")
