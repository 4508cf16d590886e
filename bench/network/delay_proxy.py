"""A path with a delay: passes TCP on, each byte so much later. Runs where netem is missing.

``python -m bench.network.delay_proxy PORT DELAY_MS``: listens on a free port of 127.0.0.1,
prints it, and passes connections on to PORT until standard input ends. DELAY_MS is one way.
The rate is not limited. Both TCP connections are short, so it delays what a viewer sees but
not what TCP does; the bridge's kernel sees no round trip at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator

from bench.child_process import ended_with_input

__all__ = ["delay_proxy"]

_READ = 1 << 18


@contextlib.contextmanager
def delay_proxy(port: int, delay_ms: float) -> Iterator[int]:
    """Run the proxy as a process while the block runs; yield its port."""
    command = [sys.executable, "-m", "bench.network.delay_proxy", str(port), str(delay_ms)]
    with ended_with_input(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


async def _serve(port: int, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin, ended.set)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_READ):
                loop.call_later(delay_s, writer.write, data)
        loop.call_later(delay_s, writer.close)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The proxy ends in the middle of connections; that is not worth a word.
        with contextlib.suppress(OSError, asyncio.CancelledError):
            there, back = await asyncio.open_connection("127.0.0.1", port, limit=_READ)
            await asyncio.gather(pass_on(reader, back), pass_on(there, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=_READ)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    loop.remove_reader(sys.stdin)
    server.close()


if __name__ == "__main__":
    wanted_port, wanted_delay_ms = sys.argv[1:]
    asyncio.run(_serve(int(wanted_port), float(wanted_delay_ms) / 1e3))
