"""RFC 6455, case by case: on the real bridge, and by the reader with cuts at every place."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from pathlib import Path

import pytest
from websockets.frames import Frame
from websockets.protocol import State
from websockets.server import ServerProtocol

from camstrm.bridge.viewers.web_socket_frames import (
    MessageReader,
    Opcode,
    WebSocketError,
    check_close,
    text_of,
)
from tests.fakes.bridge.running_bridge import TIMEOUT_S, raw_viewer, running_bridge
from tests.unit.bridge.viewers.web_socket_cases import (
    CASES,
    Answer,
    Case,
    Close,
    Pong,
    Reply,
    frame_of,
)

MARK = b"that is all"
"""Payload of the ping after a case: its pong says that the connection is still open."""

AT_ONCE = 16


async def frame_from(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first, size = await reader.readexactly(2)
    assert first & 0x70 == 0, "reserved bits"
    if size >= 126:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
    return first, await reader.readexactly(size)


async def answers_of(reader: asyncio.StreamReader) -> list[Answer]:
    """Return what comes until the pong of MARK, or the end of the connection."""
    found: list[Answer] = []
    with contextlib.suppress(asyncio.IncompleteReadError):  # its end; a reset would be an error
        while True:
            first, payload = await frame_from(reader)
            if first == 0x80 | Opcode.CLOSE:
                code = int.from_bytes(payload[:2], "big") if payload else None
                found.append(Close(code))
            elif first == 0x80 | Opcode.PONG:
                if payload == MARK:
                    break
                found.append(Pong(payload))
            elif first == 0x80 | Opcode.TEXT:
                message = json.loads(payload)
                if message["type"] == "reply":
                    found.append(Reply(message["problem"]))
    return found


def differs(case: Case, found: list[Answer]) -> str:
    """Return what is not as the case wants it."""
    wanted: list[Answer] = [
        Reply(
            f"{answer.operation[:64]!a} needs a token with role admin, without a token you have "
            "role view"
        )
        if isinstance(answer, Reply)
        else answer
        for answer in case.answers
    ]
    return "" if found == wanted else f"{case.number}: wanted {wanted}, got {found}"


async def test_every_case_on_a_real_bridge(tmp_path: Path) -> None:
    async with running_bridge(tmp_path, max_clients_per_address=64) as bridge:
        cases = iter(CASES)
        wrong: list[str] = []

        async def work() -> None:
            for case in cases:
                async with raw_viewer(bridge) as (reader, writer):
                    sent = case.sends if case.closes else case.sends + frame_of(0x89, MARK)
                    writer.write(sent)
                    try:
                        found = await asyncio.wait_for(answers_of(reader), TIMEOUT_S)
                    except asyncio.TimeoutError:
                        wrong.append(f"{case.number}: no answer")
                        continue
                    if problem := differs(case, found):
                        wrong.append(problem)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    assert not wrong, f"{len(wrong)} of {len(CASES)} cases:\n" + "\n".join(wrong)


def heard(data: bytes, step: int) -> list[tuple[int, bytes] | int]:
    """Return what the reader makes of ``data`` in pieces: messages, and a close code at last."""
    reader = MessageReader()
    found: list[tuple[int, bytes] | int] = []
    try:
        while data:
            room = reader.get_buffer()
            size = min(len(room), len(data), step)
            room[:size] = data[:size]
            data = data[size:]
            reader.received(size)
            while (message := reader.next()) is not None:
                opcode, payload = message
                if opcode == Opcode.TEXT:
                    text_of(payload)
                elif opcode == Opcode.CLOSE:
                    check_close(payload)
                    return [*found, message]
                found.append(message)
    except WebSocketError as error:
        found.append(error.code)
    return found


@pytest.mark.parametrize("step", [1, 3])
def test_cuts_change_nothing(step: int) -> None:
    for case in CASES:
        if len(case.sends) < 5000:
            assert heard(case.sends, step) == heard(case.sends, 1 << 20), case.number


def test_there_are_as_many_cases_as_autobahn_has() -> None:
    numbers = [case.number for case in CASES]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) > 247


def as_websockets_hears(data: bytes) -> list[tuple[int, bytes] | int]:
    """Return what the protocol core of the websockets library makes of the same bytes."""
    server = ServerProtocol(state=State.OPEN, max_size=None)
    server.receive_data(data)
    found: list[tuple[int, bytes] | int] = []
    opcode, parts = 0, b""
    for event in server.events_received():
        assert isinstance(event, Frame)
        if event.opcode >= Opcode.CLOSE:
            found.append((int(event.opcode), bytes(event.data)))
            continue
        opcode, parts = int(event.opcode) or opcode, parts + bytes(event.data)
        if event.fin:
            found.append((opcode, parts))
            parts = b""
    if server.parser_exc is not None:
        assert server.close_sent is not None
        found.append(server.close_sent.code)
    return found


def any_frame(chance: random.Random) -> bytes:
    """Return a frame with ASCII in it; in one of four something is not as it should be."""
    opcode = chance.choice((*Opcode, Opcode.CONTINUATION, Opcode.TEXT, Opcode.CONTINUATION))
    fin = 0x80 if opcode >= Opcode.CLOSE or chance.random() < 0.5 else 0
    payload = b"x" * chance.choice((0, 1, 5, 125))
    match chance.randrange(40):
        case 0:
            fin ^= 0x80
        case 1:
            fin |= 0x40
        case 2:
            opcode = chance.choice((3, 7, 11, 15))
        case 3:
            return bytes((fin | opcode, len(payload))) + payload
        case 4:
            payload = bytes(126)
    return frame_of(fin | opcode, payload)


def test_closes_are_those_of_the_websockets_library() -> None:
    for code in (*range(990, 1020), 1100, *range(2998, 3002), *range(4998, 5002), 0, 65535):
        data = frame_of(0x80 | Opcode.CLOSE, code.to_bytes(2, "big"))
        assert heard(data, 1 << 20) == as_websockets_hears(data), code


def test_the_reader_hears_what_the_websockets_library_hears() -> None:
    chance = random.Random(6455)
    ends = set()
    for number in range(400):
        frames = [any_frame(chance) for _ in range(chance.randrange(1, 12))]
        # The library refuses a close between fragments, which RFC 6455 (5.4) allows.
        closes = [n for n, frame in enumerate(frames) if frame[0] == 0x80 | Opcode.CLOSE]
        data = b"".join(frames[: closes[0]] if closes else frames)
        wanted = as_websockets_hears(data)
        assert heard(data, 1 << 20) == wanted, f"{number}: {data[:300]!r}"
        ends.add(wanted[-1] if wanted and isinstance(wanted[-1], int) else "open")
    assert ends >= {"open", 1002}
