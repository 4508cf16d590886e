"""The real commands as processes: bridge and grabber on the simulator's cameras."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from camstrm.cli.commands.demo import simulator_cti
from camstrm.grab.camera.spare import SPARE_NAME
from camstrm.wire import TO_VIEWER, FrameBundle, Hello, Message, decode_bundle

__all__ = [
    "CONFIG_HEAD",
    "Command",
    "RunningSystem",
    "Viewer",
    "camera_table",
    "free_port",
    "is_running",
    "process_name",
]

DEADLINE_S = 60.0
"""For anything that is waited for: a busy machine is slow, a broken one never gets there."""

CONFIG_HEAD = """\
[socket]
path = "{socket}"
[bridge]
host = "127.0.0.1"
port = {port}
token_file = "{token_file}"
max_clients = {max_viewers}
max_clients_per_address = {max_viewers}
{bridge}[[producer]]
cti = "{cti}"
"""


def camera_table(serial: str, name: str, fps: float = 60.0) -> str:
    """Return a [[camera]] of the simulator."""
    return (
        f'[[camera]]\nserial = "{serial}"\nname = "{name}"\n'
        f"features = {{ Width = 400, Height = 300, AcquisitionFrameRate = {fps} }}\n"
    )


def process_name(pid: int) -> str:
    """Return what a process calls itself; empty if there is none."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def is_running(pid: int) -> bool:
    """Return whether a process runs: in a container nothing may reap what has ended."""
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in ("Z", "X")
    return False


def free_port() -> int:
    """Return a TCP port that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Command:
    """A camstrm command as a process, with its output in a file."""

    def __init__(
        self, arguments: Sequence[str], log: Path, *, module: str = "camstrm", **environment: str
    ) -> None:
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env={**os.environ, **environment},
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        """Everything printed so far."""
        return self.log.read_text(errors="replace")

    def children(self) -> list[int]:
        """Return the process ids of its children, without spare processes."""
        return [pid for pid in self.all_children() if process_name(pid) != SPARE_NAME]

    def all_children(self) -> list[int]:
        """Return the process ids of all its children."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with contextlib.suppress(OSError):
            return [int(pid) for pid in path.read_text().split()]
        return []

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(DEADLINE_S)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Viewer:
    """A WebSocket client of the bridge."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse[Any]) -> None:
        self.ws = ws
        self.hello: Hello | None = None  # the newest that came

    async def next(self) -> Message | FrameBundle:
        """Return the next message; EOFError when the bridge is gone."""
        message = await asyncio.wait_for(self.ws.receive(), DEADLINE_S)
        if message.type is aiohttp.WSMsgType.TEXT:
            said = TO_VIEWER.decode(message.data)
            if isinstance(said, Hello):
                self.hello = said
            return said
        if message.type is aiohttp.WSMsgType.BINARY:
            return decode_bundle(message.data)
        raise EOFError(f"{message.type.name} {message.data}")

    async def until(self, wanted: Callable[[Any], bool]) -> Any:
        """Return the first message that is wanted."""

        async def search() -> Any:
            while True:
                message = await self.next()
                if wanted(message):
                    return message

        return await asyncio.wait_for(search(), DEADLINE_S)

    async def pictures(self, cameras: set[int]) -> dict[int, bytes]:
        """Return a picture of each camera."""
        found: dict[int, bytes] = {}

        def complete(message: object) -> bool:
            if isinstance(message, FrameBundle):
                found.update(
                    {f.camera_index: bytes(f.payload) for f in message.frames if len(f.payload)}
                )
            return cameras <= found.keys()

        await self.until(complete)
        return found


class RunningSystem:
    """Bridge and grabber with one configuration in a folder of their own."""

    def __init__(
        self,
        folder: Path,
        cameras: str,
        *,
        stream: str = "",
        bridge: str = "",
        cti: str = "",
        environment: Mapping[str, str] | None = None,
        max_viewers: int = 64,
    ) -> None:
        """Prepare a configuration of ``cameras`` ([[camera]] tables) in ``folder``.

        ``stream``: other tables. ``bridge``: further lines of [bridge]. ``cti``: another
        producer than the genicam wheel's simulator; ``environment``: what it needs.
        ``max_viewers``: that the bridge lets in.
        """
        self.environment = dict(environment or {})
        self.port = free_port()
        self.folder = folder
        self.cti = cti or simulator_cti()
        self.token = "a-token-that-only-this-test-knows-0123456789"
        self.token_file = folder / "token"
        self.token_file.write_text(self.token)
        self.token_file.chmod(0o600)
        folder.chmod(0o700)
        self.socket_path = str(folder / "s.sock")
        self.config = folder / "camstrm.toml"
        head = CONFIG_HEAD.format(
            socket=self.socket_path,
            port=self.port,
            token_file=self.token_file,
            bridge=bridge,
            max_viewers=max_viewers,
            cti=self.cti,
        )
        self.config.write_text(stream + head + cameras)
        self.bridge: Command | None = None
        self.grabber: Command | None = None

    @property
    def url(self) -> str:
        """Of the bridge."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> RunningSystem:
        self.start_bridge()
        self.start_grabber()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for command in (self.grabber, self.bridge):
            if command is not None:
                command.end()
        if kind is not None:
            for log in sorted(self.folder.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')}")

    def start_bridge(self) -> Command:
        """Start (another) bridge."""
        arguments = ["bridge", "--config", str(self.config)]
        self.bridge = Command(arguments, self.folder / "bridge.log")
        return self.bridge

    def start_grabber(self, *arguments: str) -> Command:
        """Start (another) grabber, with the configuration or other arguments."""
        options = arguments or ("--config", str(self.config))
        log = self.folder / "grabber.log"
        self.grabber = Command(["grab", *options], log, **self.environment)
        return self.grabber

    @contextlib.asynccontextmanager
    async def viewer(self) -> AsyncIterator[Viewer]:
        """Connect a viewer, as soon as the bridge is there."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            ws = await asyncio.wait_for(self._connect(session), DEADLINE_S)
            try:
                yield Viewer(ws)
            finally:
                await ws.close()

    async def get(self, path: str) -> tuple[int, bytes]:
        """GET with the token; return status and body."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(self.url + path) as response,
        ):
            return response.status, await response.read()

    async def status(self) -> dict[str, Any]:
        """Return /api/status."""
        _, body = await self.get("/api/status")
        status: dict[str, Any] = json.loads(body)
        return status

    async def _connect(
        self, session: aiohttp.ClientSession
    ) -> aiohttp.ClientWebSocketResponse[Any]:
        while True:
            try:
                return await session.ws_connect(self.url + "/ws", max_msg_size=0)
            except aiohttp.ClientConnectionError:
                # Nothing says when a process of another program listens.
                await asyncio.sleep(0.05)
