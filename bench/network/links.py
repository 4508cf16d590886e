"""Links of a chosen rate: network namespaces, veth pairs and tc's token bucket. Needs root."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = [
    "Link",
    "NoNetworkError",
    "in_namespace",
    "limited_links",
    "namespace_pair",
    "set_up",
]

_TIMEOUT_S = 20

_BURST = "16kb"
_QUEUE = "400ms"
"""What the link holds before it drops: as a home router does, rather more than is good."""


class NoNetworkError(Exception):
    """Namespaces cannot be made here."""


@dataclass(frozen=True)
class Link:
    """A link: ``address`` of the server at its near end, ``namespace`` of the client."""

    address: str
    namespace: str


@contextlib.contextmanager
def limited_links(rates: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Link]]]:
    """Make a namespace for the server and one behind a link for each name in ``rates``.

    The rates are tc's, as ``20mbit``; they hold from the server to the client, the way back
    is free. Yield the server's namespace and the links; all is gone afterwards. Raises
    NoNetworkError where there is no root, no iproute2, or a kernel without one of these.
    """
    _check()
    base = _base()
    server = f"{base}s"
    with contextlib.ExitStack() as stack:
        _namespace(server, stack)
        links = {}
        for number, (name, rate) in enumerate(rates.items()):
            client = f"{base}c{number}"
            _namespace(client, stack)
            near, far = f"{base}n{number}", f"{base}f{number}"
            _run(
                *("ip", "-n", server, "link", "add", near, "type", "veth"),
                *("peer", "name", far, "netns", client),
            )
            for space, interface, host in ((server, near, 1), (client, far, 2)):
                set_up(space, interface, f"10.77.{number}.{host}/30")
            _run(
                *("tc", "-n", server, "qdisc", "add", "dev", near, "root", "tbf"),
                *("rate", rate, "burst", _BURST, "latency", _QUEUE),
            )
            links[name] = Link(f"10.77.{number}.1", client)
        yield server, links


@contextlib.contextmanager
def namespace_pair() -> Iterator[tuple[str, str]]:
    """Make two namespaces that nothing connects; raise NoNetworkError as limited_links does."""
    _check()
    with contextlib.ExitStack() as stack:
        pair = f"{_base()}a", f"{_base()}b"
        for name in pair:
            _namespace(name, stack)
        yield pair


def set_up(namespace: str, device: str, address: str, *, mtu: int = 1500) -> None:
    """Give a device to a namespace, unless it is there already, an address, and switch it on."""
    if not _is_in(namespace, device):
        _run("ip", "link", "set", device, "netns", namespace)
    _run("ip", "-n", namespace, "address", "add", address, "dev", device)
    _run("ip", "-n", namespace, "link", "set", device, "mtu", str(mtu), "up")


def in_namespace(namespace: str, *command: str) -> list[str]:
    """Return the command that runs ``command`` in a namespace."""
    return ["ip", "netns", "exec", namespace, *command]


def _check() -> None:
    if os.geteuid() != 0:
        raise NoNetworkError("network namespaces need root")
    if shutil.which("ip") is None or shutil.which("tc") is None:
        raise NoNetworkError("ip and tc are missing (Debian, Ubuntu: apt install iproute2)")


def _base() -> str:
    # Interfaces' names have 15 characters at most; the process id keeps runs apart.
    return f"cb{os.getpid()}"


def _is_in(namespace: str, device: str) -> bool:
    with contextlib.suppress(NoNetworkError):
        _run("ip", "-n", namespace, "link", "show", device)
        return True
    return False


def _namespace(name: str, stack: contextlib.ExitStack) -> None:
    _run("ip", "netns", "add", name)
    stack.callback(_remove, name)
    _run("ip", "-n", name, "link", "set", "lo", "up")


def _remove(name: str) -> None:
    with contextlib.suppress(NoNetworkError):
        _run("ip", "netns", "del", name)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", "") or str(error)
        raise NoNetworkError(f"{' '.join(command)}: {told.strip()}") from error
