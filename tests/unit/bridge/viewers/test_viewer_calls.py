from __future__ import annotations

import asyncio

import pytest
from msgspec import Raw

from camstrm.bridge.viewers import viewer_calls
from camstrm.bridge.viewers.outbox import ViewerOutbox
from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.bridge.viewers.server_calls import Answer
from camstrm.bridge.viewers.viewer_calls import MAX_ASKED, ViewerCalls
from camstrm.wire import CALL_TIMEOUT_S, MAX_CALLS, TO_VIEWER, Call, Reply, refusal
from camstrm.wire.operations import Reconnect, TakeStill
from tests.fakes.manual_loop import ManualLoop


class Gate:
    """Lets all pass but what is named, and notes what became of it."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.answers: list[tuple[int, int, str]] = []

    def check(self, viewer: ViewerSender, call: Call) -> Reply | None:
        if call.do in self.refused:
            return refusal(call.id, "refused", f"viewer {viewer.outbox.id} may not")
        return None

    def answered(self, viewer: ViewerSender, call: Call, reply: Reply) -> None:
        self.answers.append((viewer.outbox.id, call.id, reply.code))


class Rig:
    def __init__(self, gate: Gate | None = None) -> None:
        self.loop = ManualLoop()
        self.calls = ViewerCalls(gate, self.loop)  # type: ignore[arg-type]  # its timers are no handles
        self.sent: list[Call] = []
        self.room = True
        self.calls.grabber_came(self._send)

    def _send(self, call: Call) -> bool:
        if self.room:
            self.sent.append(call)
        return self.room


@pytest.fixture
def rig() -> Rig:
    return Rig(Gate("execute"))


def viewer(number: int = 1) -> ViewerSender:
    return ViewerSender(ViewerOutbox(number, 4), "", 1.0)


def replies(of: ViewerSender) -> list[Reply]:
    found = []
    while (item := of.outbox.take()) is not None:
        assert isinstance(item, bytes)
        reply = TO_VIEWER.decode(item)
        assert isinstance(reply, Reply)
        found.append(reply)
    return found


def codes(of: ViewerSender) -> list[tuple[int, str]]:
    return [(reply.id, reply.code) for reply in replies(of)]


def test_viewers_choose_their_ids_and_the_grabber_sees_others(rig: Rig) -> None:
    a, b = viewer(1), viewer(2)
    for who in (a, b):
        rig.calls.take(who, Call(5, 0, "values", Raw(b'{"x":1}')))
    assert rig.sent == [Call(i, 0, "values", Raw(b'{"x":1}')) for i in (1, 2)]
    rig.calls.replied(Reply(2, ok=True, result=Raw(b'{"y":2}')))
    rig.calls.replied(Reply(1, ok=False, code="failed"))
    rig.calls.replied(Reply(2, ok=False, code="failed"))
    assert replies(b) == [Reply(5, ok=True, result=Raw(b'{"y":2}'))]
    assert replies(a) == [Reply(5, ok=False, code="failed")]
    rig.calls.take(a, Call(5, 0, "values"))
    assert codes(a) == [], "the id is free again"


def test_a_second_open_call_with_one_id_is_refused(rig: Rig) -> None:
    a = viewer()
    for _ in range(2):
        rig.calls.take(a, Call(5, 0, "values"))
    assert codes(a) == [(5, "wrong")]
    rig.calls.replied(Reply(1, ok=True))
    assert codes(a) == [(5, "")]


def test_more_open_calls_than_granted_are_refused(rig: Rig) -> None:
    a, b = viewer(1), viewer(2)
    for call_id in range(MAX_CALLS + 2):
        rig.calls.take(a, Call(call_id, 0, "values"))
    rig.calls.take(b, Call(0, 0, "values"))
    assert codes(a) == [(8, "busy"), (9, "busy")]
    assert len(rig.sent) == MAX_CALLS + 1
    rig.calls.replied(Reply(3, ok=True))
    rig.calls.take(a, Call(9, 0, "values"))
    assert codes(a) == [(2, "")]


def test_each_call_is_answered_within_the_deadline(rig: Rig) -> None:
    a = viewer()
    rig.calls.take(a, Call(1, 0, "values"))
    rig.loop.advance(3.0)
    rig.calls.take(a, Call(2, 0, "values"))
    rig.calls.take(a, Call(3, 0, "values"))
    rig.calls.replied(Reply(2, ok=True))
    assert codes(a) == [(2, "")]
    rig.loop.advance(CALL_TIMEOUT_S - 3.1)
    assert codes(a) == []
    rig.loop.advance(0.1)
    assert codes(a) == [(1, "timeout")]
    rig.loop.advance(3.0)
    assert codes(a) == [(3, "timeout")]
    rig.calls.replied(Reply(1, ok=True))
    assert codes(a) == [], "too late"
    assert rig.loop.waiting == []


def test_a_grabber_that_ends_answers_all(rig: Rig) -> None:
    a = viewer()
    rig.calls.take(a, Call(1, 0, "values"))
    rig.calls.grabber_went()
    rig.calls.take(a, Call(2, 0, "values"))
    assert codes(a) == [(1, "gone"), (2, "gone")]
    assert rig.loop.waiting == []
    assert len(rig.calls) == 0


def test_a_grabber_without_room_is_busy(rig: Rig) -> None:
    a = viewer()
    rig.room = False
    rig.calls.take(a, Call(1, 0, "values"))
    assert codes(a) == [(1, "busy")]
    rig.room = True
    rig.calls.take(a, Call(1, 0, "values"))
    assert codes(a) == []


def test_what_the_gate_refuses_goes_no_further(rig: Rig) -> None:
    a = viewer(4)
    rig.calls.take(a, Call(1, 0, "execute"))
    (reply,) = replies(a)
    assert (reply.id, reply.problem) == (1, "viewer 4 may not")
    assert rig.sent == []


def test_the_gate_learns_what_became_of_a_call_also_when_its_viewer_has_left() -> None:
    gate = Gate()
    rig = Rig(gate)
    a = viewer(4)
    for call_id in (1, 2):
        rig.calls.take(a, Call(call_id, 0, "set"))
    rig.calls.replied(Reply(1, ok=True))
    rig.calls.viewer_left(a)
    rig.calls.grabber_went()
    assert gate.answers == [(4, 1, ""), (4, 2, "gone")]
    assert codes(a) == [(1, "")]


@pytest.mark.parametrize(
    "do", ["set", "execute", "revert", "load", "reconnect", "lease", "keep", "share"]
)
def test_without_a_gate_nothing_is_changed(do: str) -> None:
    rig, a = Rig(), viewer()
    rig.calls.take(a, Call(1, 0, do))
    assert codes(a) == [(1, "refused")]
    assert rig.sent == []


def test_without_a_gate_what_is_not_known_does_not_pass_and_the_rest_does() -> None:
    rig, a = Rig(), viewer()
    rig.calls.take(a, Call(1, 0, "turn"))
    assert codes(a) == [(1, "unknown")]
    of_cameras = sorted(viewer_calls.READING - {"events"})
    for call_id, do in enumerate(of_cameras):
        rig.calls.take(a, Call(call_id, 0, do))
    assert [call.do for call in rig.sent] == of_cameras


class Later:
    """A ServerOperation that answers when the test says so."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.left: list[ViewerSender] = []

    def take(self, viewer: ViewerSender, call: Call, answer: Answer) -> None:
        self.answers.append(answer)

    def leave(self, viewer: ViewerSender) -> None:
        self.left.append(viewer)


def test_what_is_asked_of_the_bridge_never_goes_to_the_grabber(rig: Rig) -> None:
    a, events = viewer(), Later()
    rig.calls.server.add("events", events)
    rig.calls.take(a, Call(1, 0, "events"))
    rig.calls.take(a, Call(2, 0, "shares"))
    assert codes(a) == [(2, "unknown")]
    assert rig.sent == []
    events.answers[0](Reply(1, ok=True))
    assert codes(a) == [(1, "")]
    rig.calls.take(a, Call(1, 0, "events"))
    rig.calls.viewer_left(a)
    events.answers[1](Reply(1, ok=True))
    assert events.left == [a]
    assert codes(a) == []


def test_a_call_to_the_bridge_counts_as_an_open_one(rig: Rig) -> None:
    a = viewer()
    rig.calls.server.add("events", Later())
    for call_id in range(MAX_CALLS + 1):
        rig.calls.take(a, Call(call_id, 0, "events"))
    assert codes(a) == [(MAX_CALLS, "busy")]


def test_a_still_is_fetched_elsewhere(rig: Rig) -> None:
    a = viewer()
    rig.calls.take(a, Call(1, 0, "still"))
    (reply,) = replies(a)
    assert (reply.code, "GET /cam/NAME.jpg" in reply.remedy) == ("refused", True)
    assert rig.sent == []


async def joined(rig: Rig, do: str) -> tuple[Reply, bytes]:
    reply, pieces = await rig.calls.ask(1, do, TakeStill("png"))
    return reply, b"".join(pieces)


async def asked(rig: Rig, do: str = "still") -> asyncio.Task[tuple[Reply, bytes]]:
    task = asyncio.create_task(joined(rig, do))
    count = len(rig.sent)
    await asyncio.sleep(0)
    assert len(rig.sent) == count + 1
    return task


async def test_a_route_gets_reply_and_data() -> None:
    rig = Rig()
    first, second = await asked(rig), await asked(rig)
    assert rig.sent[0] == Call(1, 1, "still", Raw(b'{"format":"png"}'))
    for call_id, piece in ((1, b"ab"), (2, b"x"), (1, b"cd"), (3, b"nobody's")):
        rig.calls.data_came(call_id, memoryview(piece))
    for call_id in (2, 1):
        rig.calls.replied(Reply(call_id, ok=True))
    assert await first == (Reply(0, ok=True), b"abcd")
    assert await second == (Reply(0, ok=True), b"x")


async def test_a_route_gets_no_half_of_a_picture() -> None:
    rig = Rig()
    task = await asked(rig)
    rig.calls.data_came(1, memoryview(b"half"))
    rig.calls.grabber_went()
    reply, data = await task
    assert (reply.code, data) == ("gone", b"")
    reply, pieces = await rig.calls.ask(1, "reconnect", Reconnect())
    assert (reply.code, pieces) == ("gone", ())


async def test_more_data_than_there_is_room_for_fails_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(viewer_calls, "MAX_CALL_DATA", 4)
    monkeypatch.setattr(viewer_calls, "MAX_DATA", 6)
    rig = Rig()
    large, small, third = await asked(rig), await asked(rig), await asked(rig)
    for call_id, piece in ((1, b"abc"), (1, b"de"), (2, b"abc"), (3, b"a")):
        rig.calls.data_came(call_id, memoryview(piece))
    await asyncio.sleep(0)
    for call_id in (2, 3):
        rig.calls.replied(Reply(call_id, ok=True))
    assert (await large)[0].code == "failed"
    assert await small == (Reply(0, ok=True), b"abc")
    assert (await third)[0].code == "failed", "the bytes of the others count until they are taken"
    again = await asked(rig)
    rig.calls.data_came(4, memoryview(b"abcd"))
    rig.calls.replied(Reply(4, ok=True))
    assert (await again)[1] == b"abcd"


async def test_a_route_that_is_gone_leaves_nothing() -> None:
    rig = Rig()
    task = await asked(rig)
    rig.calls.data_came(1, memoryview(b"ab"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rig.calls.data_came(1, memoryview(b"cd"))
    rig.calls.replied(Reply(1, ok=True))
    assert len(rig.calls) == 0


async def test_routes_that_wait_are_bounded() -> None:
    rig = Rig()
    tasks = [await asked(rig) for _ in range(MAX_ASKED)]
    reply, _ = await rig.calls.ask(1, "still", TakeStill())
    assert reply.code == "busy"
    rig.calls.grabber_went()
    await asyncio.gather(*tasks)
