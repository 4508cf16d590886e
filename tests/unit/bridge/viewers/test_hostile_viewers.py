"""Viewers with a token that send what hurts, beside one that only wants its pictures."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import struct
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from camstrm.wire import FrameBundle
from tests.fakes.bridge.running_bridge import (
    TIMEOUT_S,
    RunningBridge,
    connected_viewer,
    raw_viewer,
    running_bridge,
)
from tests.fakes.grabber.fake_grabber import FakeGrabber
from tests.unit.bridge.viewers.web_socket_cases import frame_of

TEXT, FIRST, MORE, PING, CLOSE = 0x81, 0x01, 0x00, 0x89, 0x88


def ack(seq: int) -> bytes:
    return frame_of(TEXT, json.dumps({"type": "ack", "seq": seq}).encode())


def size_of_four_exabytes() -> Iterator[bytes]:
    yield b"\x81\xff" + struct.pack(">Q", 1 << 62) + b"mask" + bytes(1000)


def frames_that_never_end() -> Iterator[bytes]:
    yield frame_of(TEXT, b" " * 60_000)[:30_000]


def headers_that_never_end() -> Iterator[bytes]:
    yield b"\x81\xff\x00\x00"


def fragments_without_end() -> Iterator[bytes]:
    yield frame_of(FIRST, b'{"type":')
    yield from itertools.repeat(frame_of(MORE, b" ") * 20)


def empty_fragments_without_end() -> Iterator[bytes]:
    yield frame_of(FIRST)
    yield from itertools.repeat(frame_of(MORE) * 100)


def pings_without_end() -> Iterator[bytes]:
    yield from itertools.repeat(frame_of(PING, b"x" * 125) * 20)


def garbage() -> Iterator[bytes]:
    chance = random.Random(4)
    while True:
        yield chance.randbytes(2000)


def wrong_messages() -> Iterator[bytes]:
    yield from itertools.repeat(frame_of(TEXT, b'{"type":"ack","seq":"many"}') * 5)


def deflate_bomb() -> Iterator[bytes]:
    packed = zlib.compress(bytes(10_000_000), 9)[2:-4]
    yield frame_of(TEXT | 0x40, packed)


def acks_of_the_future() -> Iterator[bytes]:
    for seq in itertools.count(1 << 40):
        yield ack(seq) * 10


def acks_of_the_largest_number() -> Iterator[bytes]:
    yield from itertools.repeat(ack((1 << 64) - 1) * 10)


def closes_and_goes_on() -> Iterator[bytes]:
    yield frame_of(CLOSE, b"\x03\xe8")
    yield from itertools.repeat(frame_of(PING) * 50)


ATTACKS = {
    size_of_four_exabytes: 1009,
    frames_that_never_end: None,
    headers_that_never_end: None,
    fragments_without_end: 1008,
    empty_fragments_without_end: 1008,
    pings_without_end: None,
    garbage: 1002,
    wrong_messages: 1008,
    deflate_bomb: 1002,
    acks_of_the_future: None,
    acks_of_the_largest_number: None,
    closes_and_goes_on: 1000,
}
"""What each does, and the code that ends it; None: nothing does, it harms nobody."""


class Attacker:
    """Sends what an attack yields, and reads what comes, until it is closed or has sent enough."""

    def __init__(self, bridge: RunningBridge, attack: Any, most: int) -> None:
        self._bridge = bridge
        self._attack = attack
        self._most = most
        """Pieces that it sends."""
        self.code: int | None = None
        """Of the close frame that came."""
        self.done = asyncio.Event()
        """Set when it has sent all, or was closed."""

    async def run(self) -> None:
        try:
            async with raw_viewer(self._bridge) as (reader, writer):
                sending = asyncio.create_task(self._send(writer))
                with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                    await self._read(reader)
                sending.cancel()
                await asyncio.wait({sending})
        finally:
            self.done.set()

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            for piece in itertools.islice(self._attack(), self._most):
                writer.write(piece)
                await writer.drain()
            self.done.set()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            first, size = await reader.readexactly(2)
            if size >= 126:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
            payload = await reader.readexactly(size)
            if first == CLOSE:
                self.code = int.from_bytes(payload[:2], "big")


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(
        tmp_path, max_clients=600, max_clients_per_address=600, send_timeout_s=5.0
    ) as bridge:
        yield bridge


@contextlib.asynccontextmanager
async def under_attack(
    bridge: RunningBridge, each: int, most: int
) -> AsyncIterator[dict[Any, list[Attacker]]]:
    attackers = {a: [Attacker(bridge, a, most) for _ in range(each)] for a in ATTACKS}
    tasks = [asyncio.create_task(one.run()) for ones in attackers.values() for one in ones]
    try:
        yield attackers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def viewers_left(bridge: RunningBridge, wanted: int) -> None:
    """Return when the bridge has so many viewers."""
    async with aiohttp.ClientSession(bridge.url) as session:
        while True:
            async with session.get("/api/status") as answer:
                if (await answer.json())["status"]["viewers"] == wanted:
                    return


async def test_hostile_viewers_are_closed_and_others_lose_nothing(bridge: RunningBridge) -> None:
    async with (
        FakeGrabber(bridge.socket_path) as grabber,
        connected_viewer(bridge.url) as viewer,
    ):
        await grabber.until_demand(lambda d: d.cameras is None)
        async with under_attack(bridge, each=2, most=60) as attackers:
            for _ in range(25):
                sent = await grabber.send_bundle()
                assert (await viewer.bundle()).seq == sent.seq
            for attack, ones in attackers.items():
                for one in ones:
                    await asyncio.wait_for(one.done.wait(), TIMEOUT_S)
                    assert one.code == ATTACKS[attack], attack.__name__
            sent = await grabber.send_bundle()
            assert (await viewer.bundle()).seq == sent.seq
        await asyncio.wait_for(viewers_left(bridge, 1), TIMEOUT_S)


@pytest.mark.slow
async def test_hundreds_of_hostile_viewers(bridge: RunningBridge) -> None:
    """What make attacks shows: 360 viewers of 12 kinds for 300 bundles."""
    async with (
        FakeGrabber(bridge.socket_path) as grabber,
        connected_viewer(bridge.url) as viewer,
    ):
        stop = asyncio.Event()
        streaming = asyncio.create_task(grabber.stream(stop))
        first = await viewer.bundle()
        last, got = first, 1
        codes: Counter[str] = Counter()
        async with under_attack(bridge, each=30, most=5000) as attackers:
            while last.seq < first.seq + 300:
                message = await viewer.next()
                if isinstance(message, FrameBundle):
                    last, got = message, got + 1
            for attack, ones in attackers.items():
                codes.update(f"{attack.__name__}: {one.code}" for one in ones)
        share = got / (last.seq - first.seq + 1)
        print(f"the good viewer got {share:.1%} of the bundles; {dict(codes)}")
        stop.set()
        await asyncio.wait_for(streaming, TIMEOUT_S)
        await asyncio.wait_for(viewers_left(bridge, 1), TIMEOUT_S)
        assert share >= 0.99
        for attack, code in ATTACKS.items():
            assert codes[f"{attack.__name__}: {code}"] == 30, codes
