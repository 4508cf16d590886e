"""The addresses under which other machines may reach this one (Linux)."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

__all__ = ["own_addresses"]

_SIOCGIFADDR = 0x8915  # netdevice(7)
_INSIDE = re.compile(r"lo$|docker|br-|veth|virbr|vnet|lxc|lxd|cni|flannel|podman")
"""Interfaces that lead to containers and virtual machines on this machine only."""


def own_addresses(*, ipv6: bool = False, root: Path = Path("/")) -> list[str]:
    """Return the IPv4 addresses of the interfaces, and with ``ipv6`` the global IPv6 ones.

    In the order of the interfaces, without loopback and link-local addresses.
    """
    names = [name for name in _interfaces(root) if not _INSIDE.match(name)]
    found: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = []
    for name in names:
        found += _ipv4(name)
    if ipv6:
        found += _ipv6(names, root)
    return [str(a) for a in found if not (a.is_loopback or a.is_link_local or a.is_unspecified)]


def _interfaces(root: Path) -> list[str]:
    """Return the names in the order of the interfaces' numbers.

    Not socket.if_nameindex(): the C library asks a netlink socket, which the systemd unit
    forbids.
    """
    found = []
    for place in (root / "sys/class/net").glob("*/ifindex"):
        with contextlib.suppress(OSError, ValueError):  # it is gone
            found.append((int(place.read_text()), place.parent.name))
    return [name for _, name in sorted(found)]


def _ipv4(interface: str) -> Iterator[ipaddress.IPv4Address]:
    request = struct.pack("16s24x", interface.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            answer = fcntl.ioctl(sock, _SIOCGIFADDR, request)
        except OSError:
            # It has no address, or it is gone.
            return
    # struct ifreq: name (16), sockaddr_in: family (2), port (2), address (4).
    yield ipaddress.IPv4Address(answer[20:24])


def _ipv6(names: list[str], root: Path) -> Iterator[ipaddress.IPv6Address]:
    try:
        lines = (root / "proc/net/if_inet6").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        # Address in hexadecimal, index, prefix length, scope, flags, name.
        words = line.split()
        if len(words) == 6 and words[5] in names:
            yield ipaddress.IPv6Address(int(words[0], 16))
