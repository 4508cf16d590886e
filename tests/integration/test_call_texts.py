"""Any text of a viewer, through all hops in one process: one reply each, or it is garbage."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from camstrm.bridge.viewers.demand import DemandKeeper
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.web_socket_viewer import WebSocketViewer
from camstrm.errors import CallError
from camstrm.feed.open_calls import OpenCalls
from camstrm.grab.camera.call_desk import CallDesk, OpenCall
from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    OPERATIONS,
    PROCESS_DOWN,
    PROCESS_UP,
    TO_VIEWER,
    Call,
    CameraInfo,
    Demand,
    Hello,
    Reply,
)
from camstrm.wire.operations import Result
from tests.fakes.manual_loop import ManualLoop


class OpenGate:
    def check(self, viewer: object, call: Call) -> Reply | None:
        return None

    def answered(self, viewer: object, call: Call, reply: Reply) -> None:
        pass


class Way:
    """Bridge, grabber and camera process, with every crossing's texts and no socket."""

    def __init__(self) -> None:
        self.hub = BundleHub("test", window=4, gate=OpenGate(), demand=DemandKeeper(interval_s=0.0))
        self.hub.calls._open._loop = ManualLoop()  # type: ignore[assignment]  # timers alone
        self.hub.grabber_came(Hello("s", cameras=(CameraInfo(0, "left"),)), self._to_grabber)
        self.link = OpenCalls()
        self.desk = CallDesk(lambda: None)
        self.desk.register(0, "left", dict.fromkeys(OPERATIONS, self._do))
        self.viewer = WebSocketViewer(self.hub, "", 1.0)
        while self.viewer.outbox.take() is not None:
            pass

    def say(self, text: str) -> tuple[int, list[Reply]]:
        """Let the viewer say something; return how often it was garbage, and the replies."""
        before = self.hub.counters.viewer_garbage
        self.viewer._take_text(text)
        replies = []
        while (item := self.viewer.outbox.take()) is not None:
            assert isinstance(item, bytes)
            reply = TO_VIEWER.decode(item)
            if isinstance(reply, Reply):
                replies.append(reply)
        assert len(self.hub.calls) == len(self.link) == 0
        return self.hub.counters.viewer_garbage - before, replies

    def _to_grabber(self, message: Demand | Call) -> bool:
        if isinstance(message, Call):
            call = FEED_DOWN.decode(FEED_DOWN.encode(message))
            assert isinstance(call, Call)
            passed = self.link.open(call, self)
            assert passed is not None
            there = PROCESS_DOWN.decode(PROCESS_DOWN.encode(passed))
            assert isinstance(there, Call)
            self.desk.take(there)
            while (text := self.desk.replies.text()) is not None:
                reply = PROCESS_UP.decode(text)
                assert isinstance(reply, Reply)
                self.link.replied(reply)
        return True

    def replied(self, reply: Reply) -> None:
        back = FEED_UP.decode(FEED_UP.encode(reply))
        assert isinstance(back, Reply)
        self.hub.calls.replied(back)

    def data_came(self, call_id: int, piece: memoryview) -> None:
        raise AssertionError("no data was asked for")

    def _do(self, call: OpenCall) -> None:
        if call.do == "diagnose":
            raise CallError("no \ud800")
        call.succeed(Result())


WAY = Way()

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SMALL = st.integers(0, 3)
ARGUMENTS = st.fixed_dictionaries(
    {},
    optional={
        name: values | ANYTHING
        for name, values in {
            "hash": st.text(),
            "features": st.none() | st.lists(st.text(), max_size=3),
            "after": SMALL,
            "feature": st.text(),
            "value": st.booleans() | st.integers() | st.floats() | st.text(),
            "selectors": st.dictionaries(st.text(), SMALL | st.text(), max_size=2),
            "stop": st.booleans(),
            "text": st.text(),
            "action": st.sampled_from(["take", "give"]),
            "region": st.lists(SMALL, min_size=4, max_size=4),
        }.items()
    },
)
CALLS = st.fixed_dictionaries(
    {
        "type": st.just("call"),
        "id": st.integers(0, 2**64 - 1) | ANYTHING,
        "camera": st.just(0) | SMALL | ANYTHING,
        "do": st.sampled_from(sorted(OPERATIONS)) | st.text() | ANYTHING,
    },
    optional={"with": ARGUMENTS | ANYTHING, "more": ANYTHING},
)


@given(CALLS)
def test_a_call_of_any_content_has_one_reply_or_is_garbage(call: dict[str, object]) -> None:
    garbage, replies = WAY.say(json.dumps(call))
    assert garbage + len(replies) == 1
    for reply in replies:
        assert reply.id == call["id"]
        assert reply.ok or (reply.code and reply.problem)


@given(st.text())
def test_a_text_that_is_no_call_has_no_reply(text: str) -> None:
    assert WAY.say(text) == (1, [])
