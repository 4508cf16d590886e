"""A bridge in a process of its own with a grabber double, and a viewer that counts bundles."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.child_process import ROOT, wait_or_kill
from bench.measure import resident_bytes
from tests.fakes.running_system import free_port

__all__ = ["BundleCount", "MeasuredBridge", "fake_grabber", "measured_bridge"]

TOKEN = "a-token-of-the-benchmark-0123456789"
_READY_S = 30.0
_CONFIG = """\
[socket]
path = "{folder}/b.sock"
[bridge]
host = "127.0.0.1"
port = {port}
token_file = "{folder}/token"
"""


@dataclass
class MeasuredBridge:
    """Where it is, and what can be seen of it from outside."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    tls: bool

    @property
    def url(self) -> str:
        """The root URL."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/"

    def memory(self) -> float:
        """Return its anonymous memory in MB."""
        return resident_bytes(self.process.pid) / 1e6

    def descriptors(self) -> int:
        """Return how many descriptors it has open."""
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir())

    def log_lines(self) -> list[str]:
        """Return what it has logged."""
        return (self.folder / "log").read_text(errors="replace").splitlines()

    async def connect(self, session: aiohttp.ClientSession, timeout_s: float) -> float | None:
        """Connect a viewer and leave; return the seconds until it was in, None if it was not."""
        begin = time.perf_counter()

        async def enter() -> float:
            async with self.viewer(session):
                return time.perf_counter() - begin

        try:
            return await asyncio.wait_for(enter(), timeout_s)
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
            return None

    @contextlib.asynccontextmanager
    async def viewer(
        self, session: aiohttp.ClientSession
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse[bool]]:
        """Connect a viewer that has the token."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with session.ws_connect(
            f"{self.url}ws", headers=headers, max_msg_size=0, ssl=False
        ) as socket:
            yield socket


class BundleCount:
    """A viewer that acknowledges nothing and counts what it gets while the block runs."""

    def __init__(self, bridge: MeasuredBridge, session: aiohttp.ClientSession) -> None:
        self.bundles = 0
        self._bridge = bridge
        self._session = session
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> BundleCount:
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._count(ready))
        await asyncio.wait_for(ready.wait(), _READY_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})

    async def rate(self, seconds: float) -> float:
        """Return the bundles a second of the next ``seconds``."""
        loop = asyncio.get_running_loop()
        bundles, begin = self.bundles, loop.time()
        await asyncio.sleep(seconds)
        return (self.bundles - bundles) / (loop.time() - begin)

    async def _count(self, ready: asyncio.Event) -> None:
        async with self._bridge.viewer(self._session) as socket:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.BINARY:
                    self.bundles += 1
                    ready.set()


@contextlib.contextmanager
def measured_bridge(
    folder: Path, *, tls: bool = False, descriptors: int = 0, more: str = ""
) -> Iterator[MeasuredBridge]:
    """Run ``camstrm bridge``; ``descriptors``: RLIMIT_NOFILE, soft and hard."""
    port = free_port()
    config = _CONFIG.format(folder=folder, port=port) + more
    if tls:
        _make_certificate(folder)
        config += f'tls_cert = "{folder}/cert.pem"\ntls_key = "{folder}/key.pem"\n'
    (folder / "camstrm.toml").write_text(config)
    (folder / "token").write_text(TOKEN)
    (folder / "token").chmod(0o600)
    command = [sys.executable, "-m", "camstrm", "bridge", "--config", str(folder / "camstrm.toml")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            preexec_fn=(lambda: _limit(descriptors)) if descriptors else None,
        )
    try:
        _until(lambda: (folder / "b.sock").exists())
        yield MeasuredBridge(folder, port, process, tls)
    finally:
        process.terminate()
        wait_or_kill(process)


@contextlib.contextmanager
def fake_grabber(bridge: MeasuredBridge, fps: float = 30.0) -> Iterator[subprocess.Popen[bytes]]:
    """Run a grabber double; it is killed at the end, as a grabber that crashes is."""
    module = "tests.fakes.grabber.fake_grabber"
    command = [sys.executable, "-m", module, str(bridge.folder / "b.sock"), "--fps", str(fps)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _limit(descriptors: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))


def _make_certificate(folder: Path) -> None:
    openssl = shutil.which("openssl") or "openssl"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _READY_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the bridge does not come up")
        time.sleep(0.02)
