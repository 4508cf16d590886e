"""DeviceInfo: what is known of a camera before it is opened; loads no GenTL."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from camstrm.config import ID_PREFIX

__all__ = ["DeviceInfo", "matching_devices", "with_selectors"]


@dataclass(frozen=True)
class DeviceInfo:
    """What a producer reports of a camera before it is opened; strings as GenTL gives them.

    ``serial`` may be empty and need not be unique. ``user_name``: the user-defined name, also
    where the producer has it in the display name only. ``interface`` is the GenTL interface
    ID, ``access`` is "ok", "no access" or "busy". ``device_id`` is the GenTL device ID, which
    is unique in its interface and may change when the camera is plugged in elsewhere.
    ``selector`` is what a user types to select the camera among those of its producer.
    ``address`` and ``networks`` are a GigE camera's address and those of its network card, as
    "192.168.1.10/24", several with commas between; empty where the producer does not say.
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
    device_id: str = ""
    selector: str = ""
    address: str = ""
    networks: str = ""

    def __post_init__(self) -> None:
        if not self.selector:
            by_id = ID_PREFIX + self.device_id if self.device_id else ""
            object.__setattr__(self, "selector", self.serial or by_id)

    @property
    def in_wrong_subnet(self) -> bool:
        """Whether the camera's address is known and in no subnet of its network card."""
        if not self.address or not self.networks:
            return False
        address = ipaddress.ip_interface(self.address).ip
        networks = self.networks.split(", ")
        return all(address not in ipaddress.ip_interface(n).network for n in networks)

    def fits(self, selector: str) -> bool:
        """Return whether ``selector``, a serial number or "id:" and a device ID, is this one."""
        if self.serial and self.serial == selector:
            return True
        return bool(self.device_id) and selector == ID_PREFIX + self.device_id


def matching_devices(devices: Iterable[DeviceInfo], selector: str) -> tuple[DeviceInfo, ...]:
    """Return the devices of one producer that ``selector`` means, each device ID once."""
    found: dict[str | int, DeviceInfo] = {}
    for index, device in enumerate(devices):
        if device.fits(selector):
            found.setdefault(device.device_id or index, device)
    return tuple(found.values())


def with_selectors(devices: Iterable[DeviceInfo]) -> tuple[DeviceInfo, ...]:
    """Return the devices of one producer with selectors that are unique among them.

    A device without serial number, or with one that another device has too, is selected by
    its device ID. The same device ID on two interfaces is one device.
    """
    devices = tuple(devices)
    ids = {(d.serial, d.device_id or str(i)) for i, d in enumerate(devices)}
    having = Counter(serial for serial, _ in ids)
    return tuple(
        replace(d, selector=ID_PREFIX + d.device_id) if d.device_id and having[d.serial] > 1 else d
        for d in devices
    )
