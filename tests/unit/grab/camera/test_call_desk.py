from __future__ import annotations

import threading

import msgspec
import pytest
from msgspec import Raw

from camstrm.errors import CallError, CameraError
from camstrm.grab.camera.call_desk import MAX_WATCHES, WAIT_S, CallDesk, OpenCall
from camstrm.wire import (
    DATA_PIECE,
    MAX_CALL_DATA,
    MAX_WAITING_CALLS,
    PROCESS_UP,
    Call,
    Region,
    Reply,
    decode_data,
    pack,
)
from camstrm.wire.operations import FeatureTree, Measurement, Result, SetFeature, Still
from tests.fakes.clock import Clock

CAMERA = 3


class Rig:
    """A desk whose handlers keep the calls that they get."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.woken = 0
        self.desk = CallDesk(self._wake, self.clock)
        self.taken: list[OpenCall] = []
        names = ("features", "set", "watch", "reconnect", "still")
        self.desk.register(CAMERA, "left", dict.fromkeys(names, self.taken.append))

    def _wake(self) -> None:
        self.woken += 1

    def call(self, call_id: int, do: str, with_: str = "{}", camera: int = CAMERA) -> None:
        self.desk.take(Call(call_id, camera, do, Raw(with_.encode())))

    def set(self, call_id: int, feature: str, value: float, **selectors: str) -> None:
        arguments = SetFeature(feature, value, dict(selectors))
        self.desk.take(Call(call_id, CAMERA, "set", pack(arguments)))

    def replies(self) -> list[Reply]:
        replies = []
        while (text := self.desk.replies.text()) is not None:
            reply = PROCESS_UP.decode(text)
            assert isinstance(reply, Reply)
            replies.append(reply)
        return replies

    def reply(self) -> Reply:
        (reply,) = self.replies()
        return reply

    def codes(self) -> dict[int, str]:
        return {reply.id: reply.code for reply in self.replies()}


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_call_goes_to_its_handler_and_its_result_back(rig: Rig) -> None:
    rig.call(7, "features", '{"hash":"ab"}')
    (call,) = rig.taken
    assert (call.camera, call.do, call.arguments.hash) == (CAMERA, "features", "ab")  # type: ignore[attr-defined]
    assert rig.replies() == []
    call.succeed(FeatureTree("cd"))
    assert rig.reply() == Reply(7, ok=True, result=Raw(b'{"hash":"cd"}'))
    assert rig.woken == 1


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        ((1, "features", "{}", 9), "unknown", "camera 9"),
        ((1, "turn"), "unknown", "camera left has no operation 'turn'"),
        ((1, "measure"), "unknown", "camera left has no operation 'measure'"),
        ((1, "set", '{"feature":"Gain"}'), "wrong", "'value' is missing"),
        ((1, "features", '{"hash":"","more":1}'), "wrong", "features.with"),
        ((1, "features", "[]"), "wrong", "an array"),
        ((1, "features", '{"hash":7}'), "wrong", "wanted a string, got a number"),
    ],
)
def test_what_nobody_can_do_is_refused(
    rig: Rig, call: tuple[int, str], code: str, words: str
) -> None:
    rig.call(*call)
    reply = rig.reply()
    assert (reply.id, reply.ok, reply.code) == (1, False, code)
    assert words in reply.problem
    assert rig.taken == []


@pytest.mark.parametrize(
    ("raised", "reply"),
    [
        (
            CallError("Gain is read-only", "Set GainAuto to Off", "locked"),
            ("locked", "Gain is read-only", "Set GainAuto to Off"),
        ),
        (CameraError("left", "it is gone"), ("failed", "camera left: it is gone", "")),
        (KeyError("x"), ("failed", "reconnect failed (KeyError: 'x')", "")),
    ],
)
def test_what_a_handler_raises_is_the_reply(
    rig: Rig, raised: Exception, reply: tuple[str, str, str], caplog: pytest.LogCaptureFixture
) -> None:
    def handler(_: OpenCall) -> None:
        raise raised

    rig.desk.register(CAMERA, "left", {"reconnect": handler})
    rig.call(1, "reconnect")
    found = rig.reply()
    assert (found.code, found.problem, found.remedy) == reply
    assert ("Traceback" in caplog.text) is isinstance(raised, KeyError)


def test_only_the_first_answer_counts(rig: Rig) -> None:
    rig.call(1, "reconnect")
    rig.taken[0].fail(CallError("no"))
    rig.taken[0].succeed(Result())
    rig.taken[0].refuse("failed", "no")
    assert rig.reply().problem == "no"


def test_answers_of_many_threads_come_once_each(rig: Rig) -> None:
    for call_id in range(MAX_WAITING_CALLS):
        rig.call(call_id, "reconnect")

    def answer_all() -> None:
        for call in rig.taken:
            call.succeed(Result())

    threads = [threading.Thread(target=answer_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reply.id for reply in rig.replies()) == list(range(MAX_WAITING_CALLS))


def test_one_call_too_many_is_refused_until_another_was_answered(rig: Rig) -> None:
    rig.desk.register(4, "right", {"reconnect": rig.taken.append})
    for call_id in range(MAX_WAITING_CALLS):
        rig.call(call_id, "reconnect")
    rig.call(90, "reconnect")
    reply = rig.reply()
    assert (reply.id, reply.code) == (90, "busy")
    assert reply.problem == "16 calls wait for camera left already"
    rig.call(91, "reconnect", camera=4)
    assert rig.replies() == [], "each camera has places of its own"
    rig.taken[5].succeed(Result())
    rig.call(92, "reconnect")
    assert rig.reply().id == 5


def test_watching_takes_no_place_but_is_bounded(rig: Rig) -> None:
    for call_id in range(MAX_WATCHES):
        rig.call(call_id, "watch")
    rig.call(5000, "reconnect")
    assert rig.replies() == []
    rig.call(6000, "watch")
    assert rig.codes() == {6000: "busy"}


def test_the_newest_value_for_a_feature_takes_the_turn_of_those_before(rig: Rig) -> None:
    rig.set(1, "Gain", 1.0)
    rig.set(2, "ExposureTime", 100.0)
    rig.set(3, "Gain", 2.0)
    rig.set(4, "Gain", 3.0)
    assert rig.codes() == {1: "replaced", 3: "replaced"}
    turns = [call.begin() for call in rig.taken]
    done = [call.arguments.value for call in turns if call is not None]  # type: ignore[attr-defined]
    assert done == [3.0, 100.0]
    for call in turns:
        if call is not None:
            call.succeed(Result())
    assert rig.codes() == {4: "", 2: ""}


def test_a_value_that_is_being_written_is_not_replaced(rig: Rig) -> None:
    rig.set(1, "Gain", 1.0)
    first = rig.taken[0].begin()
    rig.set(2, "Gain", 2.0)
    rig.set(3, "Gain", 3.0)
    assert rig.codes() == {2: "replaced"}
    assert first is rig.taken[0]
    first.succeed(Result())
    assert rig.codes() == {1: ""}
    second = rig.taken[1].begin()
    assert second is rig.taken[2]
    assert rig.taken[2].begin() is None


def test_another_selector_is_another_value(rig: Rig) -> None:
    rig.set(1, "Gain", 1.0, GainSelector="All")
    rig.set(2, "Gain", 1.0, GainSelector="Red")
    rig.set(3, "Gain", 1.0)
    assert rig.replies() == []
    rig.set(4, "Gain", 2.0, GainSelector="Red")
    assert rig.codes() == {2: "replaced"}


def test_values_for_one_feature_take_one_place(rig: Rig) -> None:
    for call_id in range(100):
        rig.set(call_id, "Gain", float(call_id))
    assert set(rig.codes().values()) == {"replaced"}
    for call_id in range(100, 100 + MAX_WAITING_CALLS - 1):
        rig.call(call_id, "reconnect")
    assert rig.replies() == []
    rig.call(300, "reconnect")
    assert rig.codes() == {300: "busy"}
    rig.set(301, "Gain", 0.0)
    assert rig.codes() == {99: "replaced"}, "there is a place: that of the one it replaces"


def test_what_its_caller_was_told_to_have_failed_is_not_done(rig: Rig) -> None:
    rig.set(1, "Gain", 1.0)
    rig.clock.now += WAIT_S - 0.1
    rig.call(2, "reconnect")
    rig.clock.now += 0.1
    assert rig.taken[0].begin() is None
    assert rig.codes() == {1: "timeout"}
    assert rig.taken[1].begin() is rig.taken[1]


def test_an_answer_that_json_does_not_know_or_that_is_too_long_is_a_failure(rig: Rig) -> None:
    rig.call(1, "reconnect")
    rig.taken[0].succeed(
        Measurement("Mono8", 8, Region(0, 0, 1, 1), 1, 1, (), sharpness=float("nan"))
    )
    rig.call(2, "features")
    rig.taken[1].succeed(FeatureTree("x" * (1 << 20)))
    assert rig.codes() == {1: "failed", 2: "failed"}


def pieces(rig: Rig) -> tuple[int, bytes]:
    """Take one call's data."""
    ids, data = set(), b""
    while (payload := rig.desk.replies.piece()) is not None:
        assert sum(map(len, payload)) <= DATA_PIECE + 8
        call_id, piece = decode_data(memoryview(b"".join(payload)))
        ids.add(call_id)
        data += piece
    (found,) = ids
    return found, data


def still(size: int) -> Still:
    return Still("image/tiff", size, 1, 1, Region(0, 0, 1, 1), "Mono8")


def test_data_goes_in_pieces_and_the_reply_behind_it(rig: Rig) -> None:
    head, body = b"head", bytes(range(256)) * 1500
    rig.call(1, "still")
    rig.call(2, "still")
    rig.call(3, "reconnect")
    rig.taken[0].succeed(still(len(body) + 4), [head, memoryview(body)])
    rig.taken[1].succeed(still(4), [b"tail"])
    rig.taken[2].succeed(Result())
    assert rig.reply().id == 3, "a text does not wait for data"
    assert rig.desk.replies.has_data
    assert pieces(rig) == (1, head + body)
    assert rig.reply().id == 1
    assert pieces(rig) == (2, b"tail")
    assert rig.reply().id == 2
    assert not rig.desk.replies.has_data


def test_too_much_data_fails_alone(rig: Rig) -> None:
    large = memoryview(bytearray(MAX_CALL_DATA))
    for call_id in (1, 2, 3):
        rig.call(call_id, "still")
    rig.taken[0].succeed(still(len(large)), [large])
    rig.taken[1].succeed(still(1), [b"x"])
    assert rig.codes() == {2: "busy"}
    while rig.desk.replies.piece() is not None:
        pass
    rig.taken[2].succeed(still(1), [b"x"])
    assert pieces(rig) == (3, b"x")
    assert rig.codes() == {1: "", 3: ""}


def test_a_desk_that_is_closed_keeps_nothing(rig: Rig) -> None:
    rig.call(1, "still")
    rig.call(2, "reconnect")
    rig.call(3, "still")
    rig.taken[0].succeed(still(1), [b"x"])
    rig.desk.close()
    rig.taken[1].succeed(Result())
    rig.taken[2].succeed(still(1), [b"x"])
    assert not rig.desk.replies.has_data
    assert rig.replies() == []


def test_a_result_keeps_what_the_operation_says(rig: Rig) -> None:
    rig.call(1, "still")
    rig.taken[0].succeed(still(0))
    reply = rig.reply()
    assert msgspec.json.decode(bytes(reply.result), type=Still) == still(0)
