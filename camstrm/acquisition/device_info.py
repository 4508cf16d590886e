"""DeviceInfo: what is known of a camera before it is opened; loads no GenTL."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DeviceInfo"]


@dataclass(frozen=True)
class DeviceInfo:
    """What a producer tells of a camera before it is opened; strings as GenTL gives them.

    ``access`` is "ok", "no access" or "busy". ``interface`` is the GenTL interface ID.
    """

    cti: str
    serial: str
    vendor: str = ""
    model: str = ""
    tl_type: str = ""
    user_name: str = ""
    version: str = ""
    interface: str = ""
    access: str = "ok"
