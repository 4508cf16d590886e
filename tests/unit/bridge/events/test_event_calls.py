from __future__ import annotations

from dataclasses import dataclass

from msgspec import Raw

from camstrm.bridge.events.event_calls import POLL_S, SETTLE_S, EventCalls
from camstrm.bridge.events.event_log import EventLog
from camstrm.wire import Call, Reply, unpack
from camstrm.wire.server_operations import Events
from tests.fakes.manual_loop import ManualLoop


@dataclass
class Viewer:
    id: int
    sight: frozenset[str] | None = None


class Rig:
    def __init__(self) -> None:
        self.loop = ManualLoop()
        self.log = EventLog(self.loop.time, lambda: 1_700_000_000_000_000)
        self.calls = EventCalls(self.log, self.loop)
        self.replies: list[Reply] = []

    def ask(self, viewer: Viewer, after: int, call_id: int = 7) -> None:
        call = Call(call_id, 0, "events", Raw(b'{"after":%d}' % after))
        self.calls.take(viewer, call, self.replies.append)

    def answers(self) -> list[list[str]]:
        found = [unpack(reply.result, Events, "events") for reply in self.replies]
        return [[event.kind for event in events.events] for events in found]


def test_what_is_there_is_answered_at_once() -> None:
    rig = Rig()
    rig.log.add("lost", "left")
    rig.ask(Viewer(1), 0)
    assert rig.answers() == [["lost"]]
    assert rig.loop.waiting == []


def test_news_are_answered_together_soon_after_the_first() -> None:
    rig = Rig()
    rig.ask(Viewer(1), rig.log.last)
    rig.loop.advance(1.0)
    rig.log.add("lost", "left")
    rig.loop.advance(SETTLE_S / 2)
    rig.log.add("lost", "right")
    assert rig.replies == []
    rig.loop.advance(SETTLE_S / 2)
    assert rig.answers() == [["lost", "lost"]]
    rig.loop.advance(2 * POLL_S)
    assert len(rig.replies) == 1


def test_without_news_the_answer_is_empty_after_a_while() -> None:
    rig = Rig()
    rig.ask(Viewer(1), rig.log.last)
    rig.loop.advance(POLL_S - 0.1)
    assert rig.replies == []
    rig.loop.advance(0.2)
    assert rig.answers() == [[]]
    assert unpack(rig.replies[0].result, Events, "events").last == rig.log.last


def test_what_a_share_may_not_hear_of_does_not_wake_it() -> None:
    rig = Rig()
    rig.ask(Viewer(1, frozenset({"left"})), rig.log.last)
    rig.log.add("lost", "right")
    rig.loop.advance(POLL_S - 0.1)
    assert rig.replies == []
    rig.log.add("lost", "left")
    rig.loop.advance(SETTLE_S)
    found = unpack(rig.replies[0].result, Events, "events")
    assert [event.camera for event in found.events] == ["left"]


def test_who_is_gone_is_forgotten() -> None:
    rig = Rig()
    rig.ask(Viewer(1), rig.log.last, 1)
    rig.ask(Viewer(1), rig.log.last, 2)
    rig.calls.leave(Viewer(1))
    rig.log.add("lost", "left")
    rig.loop.advance(2 * POLL_S)
    assert rig.replies == []
    assert rig.loop.waiting == []


def test_wrong_arguments() -> None:
    rig = Rig()
    rig.calls.take(Viewer(1), Call(3, 0, "events", Raw(b'{"after":-1}')), rig.replies.append)
    rig.calls.take(Viewer(1), Call(4, 0, "events", Raw(b'{"all":true}')), rig.replies.append)
    assert [(reply.id, reply.code) for reply in rig.replies] == [(3, "wrong"), (4, "wrong")]
