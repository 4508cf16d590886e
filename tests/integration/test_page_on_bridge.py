"""The browser page on the real bridge: token, policy, acknowledgements, the grabber's restart."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from camstrm.bridge.app import BridgeAddresses, run_bridge, viewer_urls
from camstrm.config import BridgeSettings
from camstrm.wire import FEED_UP, FrameBundle, Hello, PacketKind, encode_bundle
from camstrm.wire.packet import encode_packet_parts
from tests.fakes.bridge.page_server import now_us, three_cameras
from tests.fakes.browser import (
    THREE_LIVE,
    header,
    needs_browser,
    open_page,
    running_browser,
    shows,
    until,
)
from tests.no_blocking import loop_is_never_blocked

__all__ = ["loop_is_never_blocked"]

pytestmark = needs_browser


@pytest.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[BridgeAddresses]:
    settings = BridgeSettings(host="127.0.0.1", port=0, token_file=str(tmp_path / "token"))
    stop = asyncio.Event()
    ready = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(
        run_bridge(settings, str(tmp_path / "bridge.sock"), ready=ready.set_result, stop=stop)
    )
    await asyncio.wait({running, ready}, timeout=30, return_when=asyncio.FIRST_COMPLETED)
    yield ready.result()
    stop.set()
    await asyncio.wait_for(running, 30)


@contextlib.asynccontextmanager
async def grabber(path: str, session: str) -> AsyncIterator[None]:
    """Send bundles of three cameras at 20 Hz while the block runs."""
    cameras = three_cameras()
    reader, writer = await asyncio.open_unix_connection(path)

    async def send() -> None:
        hello = FEED_UP.encode(Hello(session, cameras=tuple(c.info for c in cameras)))
        writer.writelines(encode_packet_parts(PacketKind.TEXT, [hello]))
        for seq in range(2000):
            bundle = FrameBundle(seq, now_us(), tuple(c.frame(seq) for c in cameras))
            writer.writelines(encode_packet_parts(PacketKind.BUNDLE, [encode_bundle(bundle)]))
            await writer.drain()
            await asyncio.sleep(0.05)

    sending = asyncio.create_task(send())
    reading = asyncio.create_task(reader.read())
    try:
        yield
    finally:
        for task in (sending, reading):
            task.cancel()
        await asyncio.wait({sending, reading}, timeout=30)
        writer.close()
        await writer.wait_closed()


async def test_the_page_on_the_real_bridge(bridge: BridgeAddresses) -> None:
    async with (
        running_browser() as browser,
        open_page(browser, viewer_urls(bridge, bridge.token)[0]) as page,
    ):
        await shows(header(page), "no frame input")
        assert "token" not in page.url
        for session in ("first", "second"):
            async with grabber(bridge.socket_path, session):
                await until(page, THREE_LIVE)
                assert await page.evaluate("fetch('/api/status').then((answer) => answer.ok)")
            await expect(header(page)).not_to_have_attribute("data-mood", "live")
