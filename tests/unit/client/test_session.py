from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Struct

from camstrm.client.session import ClientSession
from camstrm.client.wish import ViewWish, Wishes
from camstrm.errors import CallError, WireError
from camstrm.feature import FeatureChange
from camstrm.wire import (
    FROM_VIEWER,
    TO_VIEWER,
    CameraFrame,
    CameraInfo,
    CameraLease,
    CameraState,
    Encoding,
    FrameBundle,
    FrameFlag,
    GrantedView,
    Hello,
    Leases,
    Region,
    Reply,
    Status,
    Subscribe,
    View,
    Views,
    encode_bundle,
    pack,
    refusal,
)
from camstrm.wire.operations import ExecuteCommand, SetFeature
from tests.fakes.clock import Clock
from tests.fakes.grabber.fake_grabber import HEIGHT, WIDTH, small_jpeg
from tests.vectors.bad_message_vectors import many_cameras

T0 = 1_700_000_000_000_000
LEFT, RIGHT = CameraInfo(0, "left"), CameraInfo(1, "right")


class Talk:
    """A session, what it sends decoded, and what its calls are answered."""

    def __init__(self, wishes: Wishes | None = None) -> None:
        self.clock = Clock()
        self.session = ClientSession(wishes or Wishes(), self.clock)
        self.answers: list[Struct | CallError] = []

    def hears(self, message: Any) -> list[Any]:
        sent = self.session.text_received(TO_VIEWER.encode(message).decode())
        return [FROM_VIEWER.decode(text) for text in sent]

    def gets(self, *frames: CameraFrame, seq: int = 1) -> None:
        self.session.bundle_received(encode_bundle(FrameBundle(seq, T0 + 10_000, frames)))

    def asks(self, camera: str, do: str, arguments: Any = None) -> Any:
        return FROM_VIEWER.decode(self.session.call(camera, do, arguments, self.answers.append))


@pytest.fixture
def talk() -> Talk:
    talk = Talk()
    assert talk.hears(Hello("s", cameras=(LEFT, RIGHT))) == [Subscribe(reduce=False)]
    return talk


def entry(index: int, view: int = 0, **more: Any) -> CameraFrame:
    return CameraFrame(
        index,
        CameraState.STREAMING,
        Encoding.JPEG,
        FrameFlag.FRAME_ID,
        frame_id=17,
        capture_time_us=T0,
        width=WIDTH,
        height=HEIGHT,
        payload=small_jpeg(index, 1),
        view=view,
        **more,
    )


def test_a_bundle_has_the_pictures_by_name(talk: Talk) -> None:
    talk.gets(entry(0), CameraFrame(1, CameraState.LOST))
    bundle = talk.session.take_bundle()
    assert list(bundle) == ["left"]
    assert bundle.states == {"left": CameraState.STREAMING, "right": CameraState.LOST}
    assert bundle["left"].image().shape == (HEIGHT, WIDTH)
    assert bundle["left"].image("RGB").shape == (HEIGHT, WIDTH, 3)
    assert bundle["left"].frame_id == 17
    assert bundle["left"].device_timestamp_ns is None
    assert bundle["left"].age_s == pytest.approx(0.01)
    assert bundle["left"].region == Region(0, 0, WIDTH, HEIGHT)
    with pytest.raises(KeyError, match="'right' has no picture: lost"):
        bundle["right"]
    with pytest.raises(KeyError, match="no camera 'top' here, only left, right"):
        bundle["top"]


def test_the_newest_bundle_takes_over_what_the_one_before_had(talk: Talk) -> None:
    talk.gets(entry(0), CameraFrame(1, CameraState.STREAMING), seq=4)
    talk.gets(CameraFrame(0, CameraState.STREAMING), entry(1), seq=5)
    bundle = talk.session.take_bundle()
    assert (bundle.seq, set(bundle)) == (5, {"left", "right"})
    assert not talk.session.has_bundle


def test_sequence_numbers_start_again_with_another_grabber(talk: Talk) -> None:
    talk.gets(entry(0), seq=900)
    talk.gets(CameraFrame(0, CameraState.STREAMING), seq=1)
    assert list(talk.session.take_bundle()) == []


def test_a_bundle_is_acknowledged_once_and_after_it_was_taken(talk: Talk) -> None:
    talk.gets(entry(0), seq=7)
    assert talk.session.acknowledge() is None
    talk.session.take_bundle()
    assert talk.session.acknowledge() == b'{"type":"ack","seq":7}'
    assert talk.session.acknowledge() is None


def test_wishes_are_sent_by_index_when_the_cameras_are_known_and_when_they_change() -> None:
    wish = ViewWish("right", (8, 8, 64, 48), max_width=320)
    talk = Talk(Wishes(("right", "top"), 15.0, (wish,)))
    view = View(1, Region(8, 8, 64, 48), 320)
    assert talk.hears(Hello("s", cameras=(LEFT, RIGHT))) == [
        Subscribe((1,), 15.0, (view,), reduce=False)
    ]
    assert talk.hears(Hello("s", cameras=(LEFT, RIGHT))) == []
    top = CameraInfo(2, "top")
    assert talk.hears(Hello("s", cameras=(LEFT, RIGHT, top))) == [
        Subscribe((1, 2), 15.0, (view,), reduce=False)
    ]
    talk.session.connection_lost("gone")
    assert len(talk.hears(Hello("s", cameras=(LEFT, RIGHT, top)))) == 1


def test_smaller_pictures_for_a_slow_link_are_the_programs_choice() -> None:
    talk = Talk(Wishes(reduce=True))
    assert talk.hears(Hello("s", cameras=(LEFT, RIGHT))) == []
    sent = talk.session.wish(Wishes())
    assert [FROM_VIEWER.decode(text) for text in sent] == [Subscribe(reduce=False)]


def test_pictures_of_cameras_that_were_not_wanted_are_left_out() -> None:
    talk = Talk(Wishes(("right",)))
    talk.hears(Hello("s", cameras=(LEFT, RIGHT)))
    talk.gets(entry(0), entry(1))
    assert list(talk.session.take_bundle()) == ["right"]


def test_views_are_found_by_their_wish() -> None:
    wish, other = ViewWish("left", (0, 0, 16, 8)), ViewWish("left", max_width=320)
    talk = Talk(Wishes((), views=(wish, other)))
    talk.hears(Hello("s", cameras=(LEFT, RIGHT)))
    granted = GrantedView(99, 0, Region(0, 0, 16, 8)), GrantedView(0, 0, refused="8 are watched")
    talk.hears(Views(granted))
    region = {"x": 0, "y": 0, "region_width": 16, "region_height": 8}
    talk.gets(CameraFrame(0, CameraState.STREAMING), entry(0, 99, **region), entry(0, 98))
    bundle = talk.session.take_bundle()
    assert list(bundle) == []
    assert list(bundle.views) == [wish]
    assert bundle.views[wish].region == Region(0, 0, 16, 8)
    assert talk.session.granted[other].refused == "8 are watched"


def test_an_answer_to_the_subscribe_before_is_not_taken_for_that_to_the_last_one() -> None:
    talk = Talk(Wishes((), views=(ViewWish("left", max_width=320),)))
    talk.hears(Hello("s", cameras=(LEFT, RIGHT)))
    wish, other = ViewWish("right", max_width=320), ViewWish("left", max_width=320)
    talk.session.wish(Wishes((), views=(wish, other)))
    talk.hears(Views((GrantedView(7, 0),)))
    assert talk.session.granted == {}
    talk.hears(Views((GrantedView(8, 1), GrantedView(7, 0))))
    assert {w: granted.view for w, granted in talk.session.granted.items()} == {wish: 8, other: 7}


def test_a_call_gets_the_result_as_its_operation_has_it(talk: Talk) -> None:
    call = talk.asks("right", "set", SetFeature("Gain", 3))
    assert (call.camera, call.do) == (1, "set")
    assert bytes(call.with_) == b'{"feature":"Gain","value":3}'
    talk.hears(Reply(call.id, ok=True, result=pack(FeatureChange("Gain", 3, True, 3.0))))
    talk.hears(Reply(call.id, ok=True))  # a second one changes nothing
    assert talk.answers == [FeatureChange("Gain", 3, True, 3.0)]


def test_a_refusal_is_an_error_with_the_servers_words(talk: Talk) -> None:
    call = talk.asks("left", "execute", ExecuteCommand("TriggerSoftware"))
    talk.hears(refusal(call.id, "refused", "Kim holds the lease", "Ask for it"))
    (error,) = talk.answers
    assert isinstance(error, CallError)
    assert (error.problem, error.remedy, error.code) == (
        "Kim holds the lease",
        "Ask for it",
        "refused",
    )


def test_a_result_that_is_none_is_an_error(talk: Talk) -> None:
    call = talk.asks("left", "set", SetFeature("Gain", 3))
    talk.hears(Reply(call.id, ok=True, result=msgspec.Raw(b'{"feature":7}')))
    assert "set.feature: wanted a string" in str(talk.answers[0])


def test_the_end_of_a_connection_answers_what_is_open(talk: Talk) -> None:
    talk.asks("left", "reconnect")
    talk.asks("left", "reconnect")
    talk.session.connection_lost("it closed the connection")
    assert [str(answer) for answer in talk.answers] == ["it closed the connection"] * 2
    with pytest.raises(CallError, match="no connection"):
        talk.asks("left", "reconnect")


def test_what_cannot_be_asked(talk: Talk) -> None:
    with pytest.raises(CallError, match="no camera 'top' here, only left, right"):
        talk.asks("top", "reconnect")
    with pytest.raises(CallError, match="no operation 'dance'"):
        talk.asks("left", "dance")
    with pytest.raises(WireError, match="cannot be written as JSON"):
        talk.asks("left", "set", SetFeature("Gain", float("nan")))
    assert talk.session.call("left", "reconnect", None, print)


def test_state_and_leases_are_kept(talk: Talk) -> None:
    talk.hears(Status(T0, viewers=3))
    assert talk.session.status is not None
    assert talk.session.status.viewers == 3
    lease = CameraLease(1, "Kim", 7)
    talk.hears(Leases((lease, CameraLease(0), CameraLease(9, "Lee"))))
    assert talk.session.leases == {"right": lease}


def test_another_protocol_and_damaged_texts(talk: Talk) -> None:
    with pytest.raises(WireError, match=r"hello\.protocol: version 2"):
        talk.hears(Hello("s", protocol=2))
    with pytest.raises(WireError):
        talk.session.text_received("{")
    with pytest.raises(WireError, match=r"hello\.cameras: 256 items at most"):
        talk.session.text_received(many_cameras(10_000))
    with pytest.raises(WireError, match=r"hello: two cameras have the index 3"):
        talk.session.text_received(many_cameras(2, index=3))
    with pytest.raises(WireError):
        talk.session.bundle_received(b"CSFB")


def test_names_of_a_server_have_no_control_characters(talk: Talk) -> None:
    talk.hears(Hello("s", cameras=(CameraInfo(0, "left", model="\x1b[2J"),)))
    assert talk.session.cameras["left"].model == r"\x1b[2J"


@pytest.mark.parametrize(
    "cameras",
    [
        '[{"index":0,"name":"a"},{"index":0,"name":"b"}]',
        '[{"index":0,"name":"a"},{"index":1,"name":"a"}]',
        '[{"index":256,"name":"a"}]',
        '[{"index":0,"name":"' + "한" * 86 + '"}]',
    ],
)
def test_a_hello_that_is_wrong_is_an_error(talk: Talk, cameras: str) -> None:
    with pytest.raises(WireError, match="hello"):
        talk.session.text_received(f'{{"type":"hello","session":"s","cameras":{cameras}}}')
