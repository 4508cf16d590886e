"""Settings, tokens and certificate of a bridge that runs are read again; viewers stay."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from camstrm.bridge.app import BridgeAddresses, run_bridge
from camstrm.bridge.http.reload import BridgeReload, check_files
from camstrm.config import BridgeSettings, Config, ControlSettings, SocketSettings
from camstrm.errors import ConfigError
from tests.fakes.certificates import make_certificate

LONG_S = 30.0
TOKEN, OTHER = "a-token-of-the-tests-0123456789", "another-token-of-the-tests-012"


class Reloading:
    """A running bridge with a token, and its reload."""

    def __init__(self, config: Config, reload: BridgeReload, port: int) -> None:
        self.config, self.reload, self.port = config, reload, port
        self.token_file = Path(config.bridge.token_file)

    def changed(self, **settings: Any) -> Config:
        return replace(self.config, bridge=replace(self.config.bridge, **settings))

    async def status(self, token: str, host: str = "127.0.0.1") -> int:
        headers = {"Authorization": f"Bearer {token}", "Host": host}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"http://127.0.0.1:{self.port}/api/status") as answer,
        ):
            return answer.status

    @contextlib.asynccontextmanager
    async def viewer(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse[Any]]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.ws_connect(f"http://127.0.0.1:{self.port}/ws") as viewer,
        ):
            yield viewer


@contextlib.asynccontextmanager
async def reloading(folder: Path, **settings: Any) -> AsyncIterator[Reloading]:
    (folder / "token").write_text(TOKEN)
    (folder / "token").chmod(0o600)
    bridge = BridgeSettings(host="127.0.0.1", token_file=str(folder / "token"))
    config = Config(bridge=replace(bridge, **settings))
    reload = BridgeReload(config)
    ready: asyncio.Future[BridgeAddresses] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    task = asyncio.create_task(
        run_bridge(
            replace(config.bridge, port=0),
            str(folder / "b.sock"),
            ready=ready.set_result,
            stop=stop,
            environ={},
            reload=reload,
        )
    )
    try:
        addresses = await asyncio.wait_for(ready, LONG_S)
        yield Reloading(config, reload, addresses.port)
    finally:
        stop.set()
        await asyncio.wait_for(task, LONG_S)


async def test_limits_names_and_rules_hold_from_now_on(tmp_path: Path) -> None:
    async with reloading(tmp_path) as bridge, bridge.viewer() as viewer:
        assert await bridge.status(TOKEN, host="cameras.example") == 403
        config = bridge.changed(
            max_clients=1,
            allowed_hosts=("cameras.example",),
            control=ControlSettings(locked=("left",)),
        )
        reloaded = await bridge.reload.take(config)
        assert reloaded.applied == (
            "bridge.allowed_hosts",
            "bridge.max_clients",
            "bridge.control.locked",
        )
        assert reloaded.pending == ()
        assert await bridge.status(TOKEN, host="cameras.example") == 200
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            async with bridge.viewer():
                pass
        assert not viewer.closed


async def test_what_needs_a_restart_is_named_each_time_and_stays(tmp_path: Path) -> None:
    async with reloading(tmp_path) as bridge:
        config = replace(
            bridge.changed(port=9000, auth=False, window=2),
            socket=SocketSettings(path="/run/x.sock"),
        )
        for _ in range(2):
            reloaded = await bridge.reload.take(config)
            assert reloaded.applied == ()
            wanted = ("socket.path", "bridge.port", "bridge.auth", "bridge.window")
            assert reloaded.pending == wanted
        assert await bridge.status("") == 401
        assert (await bridge.reload.take(bridge.config)).pending == ()


async def test_a_new_token_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    async with reloading(tmp_path) as bridge, bridge.viewer() as viewer:
        bridge.token_file.write_text(OTHER)
        assert (await bridge.reload.take(bridge.config)).applied == ("the bridge's own tokens",)
        assert (await bridge.status(TOKEN), await bridge.status(OTHER)) == (401, 200)
        while (message := await viewer.receive(LONG_S)).type == aiohttp.WSMsgType.TEXT:
            pass
        assert message.type == aiohttp.WSMsgType.CLOSE
        assert message.extra == "this token was revoked"


async def test_a_token_file_that_is_wrong_changes_nothing(tmp_path: Path) -> None:
    async with reloading(tmp_path) as bridge, bridge.viewer() as viewer:
        bridge.token_file.write_text("short")
        with pytest.raises(ConfigError, match="wanted a token"):
            await bridge.reload.take(bridge.changed(allowed_hosts=("cameras.example",)))
        assert await bridge.status(TOKEN) == 200
        assert await bridge.status(TOKEN, host="cameras.example") == 403
        assert not viewer.closed


async def test_files_of_a_certificate_are_read_again(tmp_path: Path) -> None:
    pair, other = make_certificate(tmp_path), make_certificate(tmp_path, "other")
    tls = {"tls_cert": str(pair.certificate), "tls_key": str(pair.key)}
    async with reloading(tmp_path, **tls) as bridge:
        running = bridge.reload._running
        assert running is not None
        certificate = running.state.certificate
        assert certificate is not None
        before = certificate.context
        with pytest.raises(ConfigError, match="no PEM certificate with the key"):
            await bridge.reload.take(bridge.changed(tls_cert=str(other.certificate)))
        assert certificate.context is before
        config = bridge.changed(tls_cert=str(other.certificate), tls_key=str(other.key))
        reloaded = await bridge.reload.take(config)
        assert reloaded.applied == ("bridge.tls_cert", "bridge.tls_key", "the certificate")
        assert certificate.context is not before
        trusting = ssl.create_default_context(cafile=str(other.certificate))
        url = f"https://127.0.0.1:{bridge.port}/healthz"
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, ssl=trusting) as answer,
        ):
            assert answer.status == 200
        assert (await bridge.reload.take(bridge.config)).pending == ()


async def test_tls_is_not_switched_on_or_off(tmp_path: Path) -> None:
    pair = make_certificate(tmp_path)
    async with reloading(tmp_path) as bridge:
        config = bridge.changed(tls_cert=str(pair.certificate), tls_key=str(pair.key))
        reloaded = await bridge.reload.take(config)
        assert reloaded.pending == ("bridge.tls_cert", "bridge.tls_key")


def test_a_check_finds_what_is_wrong_and_makes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    settings = BridgeSettings(token_file=str(folder / "token"))
    check_files(settings, {})
    assert not folder.exists()
    folder.mkdir()
    (folder / "token").write_text("short")
    with pytest.raises(ConfigError, match="wanted a token"):
        check_files(settings, {})
