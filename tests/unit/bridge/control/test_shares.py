from __future__ import annotations

import asyncio
from pathlib import Path

from camstrm.bridge.control.audit import AuditRecord
from camstrm.bridge.control.shares import SHARE_CALLS_PER_S, ShareDesk
from camstrm.wire import Call, Reply, pack
from camstrm.wire.server_operations import ListShares
from tests.fakes.bridge.calling_viewer import FakeViewer


async def _nothing() -> None:
    pass


def make_desk(folder: Path, now: list[float]) -> ShareDesk:
    def add(record: AuditRecord) -> None:
        raise AssertionError(f"nothing is changed here, got {record}")

    return ShareDesk(folder, dict, add, _nothing, lambda: now[0])


async def ask(desk: ShareDesk) -> Reply:
    answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    desk.take(FakeViewer(1), Call(1, 0, "shares", pack(ListShares())), answer.set_result)
    return await answer


async def test_calls_about_shares_are_few_a_second_of_all_viewers_together(tmp_path: Path) -> None:
    now = [100.0]
    desk = make_desk(tmp_path, now)
    replies = [await ask(desk) for _ in range(int(SHARE_CALLS_PER_S) + 2)]
    assert [reply.code for reply in replies] == [*[""] * 10, "busy", "busy"]
    assert "more than 10 calls about shares a second" in replies[-1].problem
    now[0] += 0.11
    assert [(await ask(desk)).code for _ in range(2)] == ["", "busy"]
