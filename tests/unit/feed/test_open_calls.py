from __future__ import annotations

import pytest
from msgspec import Raw

from camstrm.feed.open_calls import OpenCalls, refuse_call
from camstrm.wire import Call, Reply
from tests.fakes.for_camera import Caller, turn
from tests.fakes.manual_loop import ManualLoop


def opened(calls: OpenCalls, call: Call, caller: Caller) -> int:
    """Open a call; return the id that the far side sees."""
    passed = calls.open(call, caller)
    assert passed is not None
    assert (passed.camera, passed.do, passed.with_) == (call.camera, call.do, call.with_)
    return passed.id


def test_callers_with_the_same_id_get_their_own_reply() -> None:
    calls, one, other = OpenCalls(), Caller(), Caller()
    first, second = opened(calls, turn(0, 1.0), one), opened(calls, turn(0, 2.0), other)
    assert first != second
    calls.replied(Reply(second, ok=True, result=Raw(b'"b"')))
    calls.replied(Reply(first, ok=True, result=Raw(b'"a"')))
    assert one.replies == [Reply(7, ok=True, result=Raw(b'"a"'))]
    assert other.replies == [Reply(7, ok=True, result=Raw(b'"b"'))]
    assert len(calls) == 0


def test_data_finds_its_caller_until_the_reply() -> None:
    calls, caller = OpenCalls(), Caller()
    own = opened(calls, turn(0, 1.0), caller)
    for call_id in (own, own + 1, own):
        calls.data_came(call_id, memoryview(b"x"))
    calls.replied(Reply(own, ok=True))
    calls.data_came(own, memoryview(b"late"))
    assert caller.data == {7: b"xx"}


def test_a_second_reply_and_one_to_nothing_are_dropped() -> None:
    calls, caller = OpenCalls(), Caller()
    own = opened(calls, turn(0, 1.0), caller)
    for call_id in (own + 1, own, own):
        calls.replied(Reply(call_id, ok=True))
    assert len(caller.replies) == 1


def test_a_far_side_that_is_gone_answers_all_and_can_be_followed_by_another() -> None:
    calls, caller = OpenCalls(), Caller()
    first = opened(calls, turn(0, 1.0, call_id=1), caller)
    opened(calls, turn(0, 1.0, call_id=2), caller)
    calls.refuse_all("gone", "it ended", "Ask again")
    assert caller.codes == {1: "gone", 2: "gone"}
    third = opened(calls, turn(0, 1.0, call_id=3), caller)
    assert third > first, "no late reply of the first one meets a call to the second"
    calls.replied(Reply(first, ok=True))
    assert len(caller.replies) == 2


def test_more_than_the_limit_is_refused() -> None:
    calls, caller = OpenCalls(limit=2), Caller()
    for call_id in range(3):
        calls.open(turn(0, 1.0, call_id=call_id), caller)
    assert caller.codes == {2: "busy"}
    assert len(calls) == 2


def test_a_caller_that_is_gone_hears_nothing() -> None:
    loop = ManualLoop()
    calls, gone, here = OpenCalls(timeout_s=5.0, loop=loop), Caller(), Caller()  # type: ignore[arg-type]
    own = opened(calls, turn(0, 1.0), gone)
    opened(calls, turn(0, 1.0), here)
    calls.forget(gone)
    calls.replied(Reply(own, ok=True))
    loop.advance(5.0)
    assert gone.replies == []
    assert here.codes == {7: "timeout"}
    opened(calls, turn(0, 1.0), gone)
    calls.forget(gone)
    assert loop.waiting == []


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_the_deadline_is_that_of_each_call(answered: int) -> None:
    loop = ManualLoop()
    calls, caller = OpenCalls(timeout_s=5.0, loop=loop), Caller()  # type: ignore[arg-type]
    ids = []
    for call_id in range(3):
        ids.append(opened(calls, turn(0, 1.0, call_id=call_id), caller))
        loop.advance(1.0)
    calls.replied(Reply(ids[answered], ok=True))
    for call_id in range(3):
        loop.advance(1.9 if call_id == 0 else 0.9)
        late = call_id not in caller.codes
        loop.advance(0.1)
        assert caller.codes[call_id] == ("timeout" if late else "")
        assert late is (call_id != answered)
    assert loop.waiting == []


def test_where_nobody_answers_that_is_the_reply() -> None:
    caller = Caller()
    refuse_call(turn(0, 1.0), caller)
    assert caller.codes == {7: "unknown"}
