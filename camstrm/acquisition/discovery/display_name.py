"""The user-defined name of a camera whose producer has it in the display name only."""

from __future__ import annotations

import re

from camstrm.acquisition.discovery.device_info import DeviceInfo

__all__ = ["user_name_in"]

_WORD = re.compile(r"[^\s()\[\]<>{},;|]+")

_COMMON = re.compile(
    r"(?i:camera|device|kamera|gige|gev|u3v|usb3?|usb3-?vision|vision|s/?n:?|serial:?|id:?|-|:|@)"
    r"|(\d{1,3}\.){3}\d{1,3}|([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}"
)
"""What makers put into display names besides vendor, model and serial number: words, IPv4 and
MAC addresses."""


def user_name_in(display_name: str, info: DeviceInfo) -> str:
    """Return what a user has added to DEVICE_INFO_DISPLAYNAME; empty if it is the maker's only.

    Vendor, model, serial number and the like are taken away at both ends of the text.
    """
    maker_s = f"{info.vendor} {info.model} {info.serial} {info.device_id} {info.version}"
    known = {word.casefold() for word in (*_WORD.findall(maker_s), info.tl_type)}
    words = list(_WORD.finditer(display_name))
    own = [word.group().casefold() not in known for word in words]
    if not any(
        mine and not _COMMON.fullmatch(word.group()) for word, mine in zip(words, own, strict=True)
    ):
        return ""
    first = own.index(True)
    last = len(own) - 1 - own[::-1].index(True)
    return display_name[words[first].start() : words[last].end()]
