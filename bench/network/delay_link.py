"""A long, fast path between two network namespaces: packets of two TUN devices, delayed.

What netem does in the kernel is done here by a process, for kernels without it. TCP at both
ends sees the round trip, other than behind a proxy that delays.

``python -m bench.network.delay_link NEAR FAR DELAY_MS`` (one way): prints ``ready`` when both
devices are there, and ends with its standard input. Needs root.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator

from bench.child_process import ended_with_input
from bench.network.links import Link, NoNetworkError, namespace_pair, set_up

__all__ = ["delayed_link"]

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_IFREQ = struct.Struct("16sH22x")
"""``struct ifreq`` with a name and flags (linux/if.h)."""

_MTU = 9000
"""Few large packets: a process passes them on at more than the stream's rate."""

_PACKETS = 4096


@contextlib.contextmanager
def delayed_link(delay_ms: float) -> Iterator[tuple[str, Link]]:
    """Make two namespaces and a path of ``delay_ms`` each way between them.

    Yield the server's namespace and the client's link; all is gone afterwards. Raises
    NoNetworkError where that cannot be made.
    """
    with namespace_pair() as (server, client), contextlib.ExitStack() as stack:
        near, far = f"{server}t", f"{client}t"
        command = [sys.executable, "-m", "bench.network.delay_link", near, far, str(delay_ms)]
        errors = stack.enter_context(tempfile.TemporaryFile("w+"))
        process = stack.enter_context(
            ended_with_input(command, stdout=subprocess.PIPE, stderr=errors)
        )
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            process.wait()
            errors.seek(0)
            lines = errors.read().strip().splitlines()
            raise NoNetworkError(lines[-1] if lines else "no TUN device")
        for namespace, device, host in ((server, near, 1), (client, far, 2)):
            set_up(namespace, device, f"10.78.0.{host}/30", mtu=_MTU)
        yield server, Link("10.78.0.1", client)


def _open(name: str) -> int:
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, _TUNSETIFF, _IFREQ.pack(name.encode(), _IFF_TUN | _IFF_NO_PI))
    return file


def _pass_on(near: int, far: int, delay_s: float) -> None:
    """Pass packets on until standard input ends; what is too much is dropped, as by a router."""
    other = {near: far, far: near}
    waiting: deque[tuple[float, int, bytes]] = deque(maxlen=_PACKETS)
    stdin = sys.stdin.fileno()
    poll = select.poll()
    for file in (stdin, near, far):
        poll.register(file, select.POLLIN)
    while True:
        wait_s = waiting[0][0] - time.monotonic() if waiting else 1.0
        for file, _ in poll.poll(max(0.0, wait_s * 1000)):
            if file == stdin:
                return
            with contextlib.suppress(BlockingIOError):
                while len(waiting) < _PACKETS:
                    packet = os.read(file, 1 << 16)
                    waiting.append((time.monotonic() + delay_s, other[file], packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, file, packet = waiting.popleft()
            with contextlib.suppress(OSError):  # the far device is full, or not up yet
                os.write(file, packet)


def main() -> None:
    """Make the devices and pass packets on."""
    near, far, delay_ms = sys.argv[1:]
    files = _open(near), _open(far)
    print("ready", flush=True)
    _pass_on(*files, float(delay_ms) / 1000)


if __name__ == "__main__":
    main()
