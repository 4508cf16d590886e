from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camstrm.acquisition.gentl.library import GcError
from camstrm.acquisition.gentl.register_error import RegisterError
from camstrm.acquisition.stream.stream_watch import loss_reason, loss_remedy
from camstrm.camera_state import CameraCondition, CameraCounters, CameraState
from camstrm.errors import CameraLostError
from camstrm.grab.camera.call_desk import CallDesk
from camstrm.grab.camera.feature_calls import FeatureCalls
from camstrm.wire import OPERATIONS, Reply
from tests.fakes.gentl.memory_port import MemoryCamera
from tests.fakes.grabber.asked_camera import HEAD, Asked


def test_the_tree_is_sent_once(asked: Asked) -> None:
    tree = asked.ask("features")
    assert tree["hash"] == asked.camera.description.hash
    assert len(tree["features"]) == len(asked.camera.description.features)
    assert asked.ask("features", hash=tree["hash"]) == {"hash": tree["hash"]}
    assert len(asked.ask("features", hash="another")["features"]) == len(tree["features"])


@pytest.mark.parametrize(("tag", "left"), [("Description", "tooltip"), ("ToolTip", "name")])
def test_a_tree_that_is_too_large_is_sent_without_its_longer_texts(tag: str, left: str) -> None:
    xml = MemoryCamera("controls").xml.decode()
    tip = "<ToolTip>Columns of the picture</ToolTip>"
    long = f"<{tag}>{2_000_000 * 'x'}</{tag}>"
    text = tip + long if tag == "Description" else long
    asked = Asked(MemoryCamera("controls", xml.replace(tip, text).encode()))
    width = asked.ask("features")["features"][0]
    assert left in width
    assert tag.lower() not in width


def test_values_of_some_and_of_all(asked: Asked) -> None:
    some = asked.ask("values", features=["Width", "Gamma"])
    assert some["features"]["Width"]["value"] == 640
    assert set(some["features"]) == {"Width", "Gamma"}
    every = asked.ask("values")
    assert set(every["features"]) == set(asked.camera.description.names)
    assert "unread" not in every


def test_values_with_selectors(asked: Asked) -> None:
    red = asked.ask("values", features=["Gain"], selectors={"GainSelector": "Red"})
    assert red["features"]["Gain"]["value"] == 1.0
    assert asked.ask("values", features=["Gain"])["features"]["Gain"]["value"] == 3.0
    wrong = asked.ask("values", features=["Gain"], selectors={"GainSelector": "Green"})
    assert wrong["code"] == "wrong"


def test_an_unknown_feature_is_named_with_what_may_be_meant(asked: Asked) -> None:
    for do in ("values", "watch"):
        number = asked.call(do, features=["Widht"])
        asked.control.run()
        asked.control.look()
        reply = asked.replies()[number]
        assert (reply["code"], reply["ok"]) == ("unknown", False)
        assert reply["problem"] == "the camera has no feature 'Widht'; did you mean Width?"


def test_others_have_their_turn_while_many_features_are_read(asked: Asked) -> None:
    reading = asked.call("values")
    asked.control.pressing = True
    read = asked.camera.memory.read

    def slow(address: int, length: int) -> bytes:
        asked.clock.advance(0.006)
        return bytes(read(address, length))

    asked.camera.memory.read = slow  # type: ignore[method-assign]
    jobs = 0
    done: dict[int, Any] = {}
    setting = 0
    while reading not in done:
        if jobs == 2:
            setting = asked.call("set", feature="Gamma", value=1.5)
        job, finish = asked.control.jobs.pop(0)
        finish(job(asked.control))
        jobs += 1
        done |= asked.replies()
    assert jobs > 5
    assert list(done) == [setting, reading]
    assert done[setting]["result"]["applied"]
    assert set(done[reading]["result"]["features"]) == set(asked.camera.description.names)


def test_a_camera_that_is_too_slow_gives_what_it_gave(asked: Asked) -> None:
    read = asked.camera.memory.read

    def slow(address: int, length: int) -> bytes:
        asked.clock.advance(1.0)
        return bytes(read(address, length))

    asked.camera.memory.read = slow  # type: ignore[method-assign]
    first = asked.ask("values")
    assert first["unread"]
    assert set(first["unread"]) | set(first["features"]) == set(asked.camera.description.names)
    for _ in range(20):
        again = asked.ask("values")
        if "unread" not in again:
            break
    assert "unread" not in again, "GenApi keeps what was read"


def test_a_watch_has_all_at_first_and_then_what_changed(asked: Asked) -> None:
    first = asked.call("watch", features=["Width", "ExposureTime", "ResultingFrameRate"])
    asked.control.look()
    told = asked.replies()[first]["result"]
    assert set(told["features"]) == {"Width", "ExposureTime", "ResultingFrameRate"}
    second = asked.call("watch", features=["Width", "ExposureTime"], after=told["revision"])
    asked.clock.advance(0.2)
    asked.control.look()
    assert asked.replies() == {}
    asked.ask("set", feature="ExposureTime", value=2000)
    asked.control.look()
    news = asked.replies()[second]["result"]
    assert {n: s["value"] for n, s in news["features"].items()} == {"ExposureTime": 2000.0}
    assert news["revision"] > told["revision"]


def test_a_watch_without_news_is_answered_with_nothing(asked: Asked) -> None:
    revision = asked.ask("values", features=["Width"])["revision"]
    number = asked.call("watch", features=["Width"], after=revision)
    asked.control.look(last=True)
    assert asked.replies()[number]["result"] == {"revision": revision}


def test_a_revision_of_a_process_before_this_one_is_old(asked: Asked) -> None:
    old = asked.ask("values", features=["Width"])["revision"]
    later = Asked()
    later.clock.advance(1.0)
    later.desk = CallDesk(lambda: None, later.clock.monotonic)
    calls = FeatureCalls(later.worker, later.control, clock=later.clock)
    later.desk.register(0, "left", calls.handlers())
    number = later.call("watch", features=["Width"], after=old)
    later.control.look()
    assert later.replies()[number]["result"]["features"]["Width"]["value"] == 640


def test_many_who_look_cost_as_much_as_one(asked: Asked) -> None:
    asked.ask("values")
    for node in asked.camera.nodes.nodes:
        node.node.invalidate_node()
    asked.clock.advance(0.2)
    for _ in range(8):
        asked.call("watch")
    once = asked.camera.reads_of(lambda: asked.control.look())
    for node in asked.camera.nodes.nodes:
        node.node.invalidate_node()
    assert once <= 60
    assert len(asked.replies()) == 8
    assert asked.camera.reads_of(lambda: asked.ask("values")) == 0


def test_what_is_known_of_a_camera_that_is_well(asked: Asked) -> None:
    asked.ask("set", feature="Gamma", value=1.5)
    found = asked.ask("diagnose")["findings"]
    assert found == [
        {
            "level": "note",
            "text": "it differs from the configuration: Gamma",
            "remedy": "'camstrm features --keep' writes it into the configuration, "
            "revert sets it back",
        },
        {"level": "ok", "text": "it streams, a frame each 2.5 ms"},
        {"level": "ok", "text": "none of 400 frames was lost"},
        {"level": "ok", "text": "its node map says 431 frames a second"},
    ]


def test_what_is_known_of_a_camera_that_is_lost(asked: Asked) -> None:
    asked.control.gone = True
    asked.worker.condition = CameraCondition(CameraState.LOST, 1, "no answer")
    asked.worker.failure = CameraLostError("left", "no answer", "Check cable, power and link")
    asked.worker.statistics = CameraCounters(delivered=90, incomplete=10, underrun=3, gaps=5)
    found = asked.ask("diagnose")["findings"]
    assert [finding["level"] for finding in found] == ["error", "note", "note", "note"]
    assert (found[0]["text"], found[0]["remedy"]) == (
        "lost: no answer",
        "Check cable, power and link",
    )
    assert found[1]["text"] == "10 of 100 frames came incomplete"
    assert found[1]["remedy"] == loss_remedy("U3V"), "as camstrm doctor says it"


def test_what_is_known_of_a_camera_that_loses_frames_or_waits(asked: Asked) -> None:
    loss = loss_reason(5, "U3V")
    asked.worker.condition = CameraCondition(CameraState.STREAMING, 1, loss)
    asked.camera.put(0x180, 1)
    found = asked.ask("diagnose")["findings"]
    assert (found[0]["level"], found[0]["text"]) == ("warning", loss)
    assert found[1]["text"] == (
        "a trigger is switched on (TriggerSource is Software): without one it sends no frame"
    )


def test_reconnect(asked: Asked) -> None:
    assert asked.ask("reconnect") == {}
    assert asked.control.reconnects == 1


ARGUMENTS: dict[str, dict[str, Any]] = {
    "set": {"feature": "Width", "value": 1},
    "execute": {"feature": "DeviceReset"},
    "load": {"text": HEAD},
    "diff": {"text": HEAD},
}


def test_a_camera_that_is_not_open_is_gone_for_each_operation(asked: Asked) -> None:
    asked.control.gone = True
    for do in set(asked.handlers) - {"reconnect", "diagnose", "keep"}:
        assert asked.ask(do, **ARGUMENTS.get(do, {}))["code"] == "gone", do


def test_a_camera_that_does_not_answer_is_said_so(asked: Asked) -> None:
    def silent(address: int, length: int) -> bytes:
        raise RegisterError("left", address, write=False, code=GcError.TIMEOUT, detail="")

    asked.camera.memory.read = silent  # type: ignore[method-assign]
    reply = asked.ask("values", features=["Gamma", "DeviceTemperature"])
    assert (reply["ok"], reply["code"]) == (False, "failed")
    assert "TIMEOUT" in reply["problem"]


CAMERA = Asked()
NAMES = st.sampled_from(CAMERA.camera.description.names) | st.text(max_size=8)
VALUES = (
    st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.none()
    | st.lists(st.integers(), max_size=2)
)
SELECTORS = st.dictionaries(NAMES, VALUES, max_size=2)
WITH = st.fixed_dictionaries(
    {},
    optional={
        "feature": NAMES | VALUES,
        "features": st.none() | st.lists(NAMES, max_size=3) | VALUES,
        "value": VALUES,
        "selectors": SELECTORS | VALUES,
        "stop": st.booleans() | VALUES,
        "clamp": st.booleans(),
        "after": st.integers() | VALUES,
        "hash": st.text(max_size=8),
        "all": st.booleans(),
        "text": st.text(max_size=40) | st.text(max_size=40).map(lambda t: f"{HEAD}{t}"),
    },
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(CAMERA.handlers)), WITH, st.booleans())
def test_any_call_gets_one_reply(do: str, arguments: dict[str, Any], streams: bool) -> None:
    known = set(OPERATIONS[do].arguments.__struct_fields__)
    fitting = {name: value for name, value in arguments.items() if name in known}
    CAMERA.camera.put(0x168, int(streams))
    for given_ in (fitting, arguments):
        number = CAMERA.call(do, **given_)
        CAMERA.control.run()
        CAMERA.control.look(last=True)
        replies = CAMERA.replies()
        assert list(replies) == [number]
        reply = Reply(**{k: v for k, v in replies[number].items() if k not in ("type", "result")})
        assert reply.ok or reply.problem
        assert "failed (" not in reply.problem, "no handler broke"
