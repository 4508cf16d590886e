from __future__ import annotations

import pytest

from camstrm.bridge.viewers import selection, shared_bundle
from camstrm.bridge.viewers.selection import EVERYTHING, Selection
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import (
    CameraFrame,
    CameraState,
    Encoding,
    FrameBundle,
    decode_bundle,
    encode_bundle,
)


def bundle(seq: int, pictures: dict[int, bytes], count: int = 3) -> FrameBundle:
    frames = tuple(
        CameraFrame(i, CameraState.STREAMING, Encoding.JPEG, payload=pictures[i])
        if i in pictures
        else CameraFrame(i, CameraState.STALLED)
        for i in range(count)
    )
    return FrameBundle(seq, 1000 + seq, frames)


def encoded(shared: SharedBundle, wanted: Selection = EVERYTHING) -> bytes:
    """Return the bundle in the message."""
    parts, size = shared.message(wanted)
    data = b"".join(parts)
    return data[len(data) - size :]


def cameras(*indices: int) -> Selection:
    return Selection(frozenset(indices))


def test_all_pictures_are_the_bytes_that_came() -> None:
    one = bundle(1, {0: b"a", 1: b"b"})
    data = memoryview(encode_bundle(one))
    shared = SharedBundle(one, data)
    assert shared.pictures == {0, 1}
    assert shared.message(EVERYTHING).parts[1] is data
    assert shared.message(cameras(0, 1, 2)).parts[1] is data


def test_each_selection_is_encoded_once() -> None:
    shared = SharedBundle(bundle(1, {0: b"a", 1: b"b"}))
    assert shared.message(cameras(0)) is shared.message(cameras(0, 2))
    left = encoded(shared, cameras(0))
    assert [bytes(f.payload) for f in decode_bundle(left).frames] == [b"a", b"", b""]
    nothing = decode_bundle(encoded(shared, cameras()))
    assert [f.state for f in nothing.frames] == [2, 2, 3]


def test_merging_keeps_pictures_that_the_newer_has_not() -> None:
    older = SharedBundle(bundle(1, {0: b"old0", 1: b"old1"}))
    newer = SharedBundle(bundle(2, {0: b"new0"}))
    merged = newer.over(older)
    assert merged.bundle.seq == 2
    assert [bytes(f.payload) for f in merged.bundle.frames] == [b"new0", b"old1", b""]
    assert merged.bundle.frames[1].state == CameraState.STALLED, "the newer state"


def test_merging_is_shared_and_free_when_nothing_is_missing() -> None:
    newer = SharedBundle(bundle(3, {0: b"new0"}))
    assert newer.over(SharedBundle(bundle(1, {0: b"x"}))) is newer
    first = newer.over(SharedBundle(bundle(1, {1: b"same"})))
    assert newer.over(SharedBundle(bundle(2, {0: b"y", 1: b"same"}))) is first


def test_camera_that_is_gone_is_not_kept() -> None:
    newer = SharedBundle(bundle(2, {0: b"new0"}, count=1))
    assert newer.over(SharedBundle(bundle(1, {1: b"gone"}))) is newer


def test_merging_never_makes_a_bundle_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = SharedBundle(bundle(2, {0: b"n" * 100}))
    older = SharedBundle(bundle(1, {1: b"o" * 100}))
    monkeypatch.setattr(shared_bundle, "MAX_BUNDLE_SIZE", newer.bundle.size + 99)
    assert newer.over(older) is newer


@pytest.mark.parametrize(
    ("payload", "header"),
    [
        (0, b"\x82\x7e\x00\xf8"),
        (65_287, b"\x82\x7e\xff\xff"),
        (65_288, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_web_socket_frame_is_made_once(payload: int, header: bytes) -> None:
    shared = SharedBundle(bundle(1, {0: bytes(payload)} if payload else {}))
    data = encode_bundle(shared.bundle)
    message = shared.message(EVERYTHING)
    assert [bytes(part) for part in message.parts] == [header, data]
    assert message.size == len(data)
    assert shared.message(cameras(0, 1)) is message


def test_frame_of_a_tiny_message_has_its_size_in_the_second_byte() -> None:
    shared = SharedBundle(FrameBundle(1, 2, ()))
    assert shared.message(EVERYTHING).parts[0] == bytes((0x82, shared.bundle.size))


def with_views(*views: CameraFrame) -> FrameBundle:
    whole = bundle(7, {0: b"left", 1: b"right"})
    return FrameBundle(whole.seq, whole.timestamp_us, (*whole.frames, *views))


def view(number: int, camera: int, payload: bytes) -> CameraFrame:
    encoding = Encoding.JPEG if payload else Encoding.NONE
    return CameraFrame(camera, 2, encoding, payload=payload, view=number, x=8, y=16, region_width=4)


def test_viewer_of_whole_pictures_gets_what_it_got_before_there_were_views() -> None:
    came = with_views(view(5, 0, b"zoomed"), view(6, 1, b""))
    data = memoryview(encode_bundle(came))
    shared = SharedBundle(came, data)
    plain = encode_bundle(bundle(7, {0: b"left", 1: b"right"}))
    assert encoded(shared) == plain
    assert encoded(shared, cameras(0, 1, 2)) == plain
    pictures = shared.message(EVERYTHING).parts[1]
    assert pictures.obj is data.obj, "no picture is copied"
    assert encoded(SharedBundle(came)) == plain, "nor without the bytes that came"


def test_views_before_whole_pictures_are_cut_too() -> None:
    frames = with_views(view(5, 0, b"zoomed")).frames
    came = FrameBundle(7, 1007, (frames[3], *frames[:3]))
    shared = SharedBundle(came, memoryview(encode_bundle(came)))
    assert encoded(shared) == encode_bundle(bundle(7, {0: b"left", 1: b"right"}))


def test_headers_of_a_later_grabber_are_not_taken_for_pictures() -> None:
    came = with_views(view(5, 0, b"zoomed"))
    data = bytearray(encode_bundle(came))
    data[32:34] = (80).to_bytes(2, "little")
    data[32 + 72 : 32 + 72] = bytes(8)
    data[12:16] = len(data).to_bytes(4, "little")
    shared = SharedBundle(decode_bundle(data), memoryview(data))
    assert encoded(shared) == encode_bundle(bundle(7, {0: b"left", 1: b"right"}))


def test_views_go_to_who_asked_for_them() -> None:
    shared = SharedBundle(with_views(view(5, 0, b"zoomed"), view(6, 1, b"tile")))
    one = Selection(frozenset({1}), frozenset({(5 << 16, 5 << 16)}))
    found = decode_bundle(encoded(shared, one)).frames
    assert [(f.key, bytes(f.payload)) for f in found] == [
        (0, b""),
        (1, b"right"),
        (2, b""),
        (5 << 16, b"zoomed"),
    ]
    assert (found[3].x, found[3].y, found[3].region_width) == (8, 16, 4)


def test_smaller_picture_goes_in_the_place_of_the_whole_one() -> None:
    shared = SharedBundle(with_views(view(5, 0, b"small"), view(6, 1, b"tile")))
    slow = Selection(None, frozenset({(0, 5 << 16), (9 << 16 | 1, 6 << 16 | 1)}))
    data = encoded(shared, slow)
    found = decode_bundle(data).frames
    assert [(f.key, bytes(f.payload), f.header_size) for f in found] == [
        (0, b"small", 72),
        (1, b"right", 72),
        (2, b"", 72),
        (9 << 16 | 1, b"tile", 96),
    ]
    assert (found[0].x, found[0].region_width, found[0].state) == (0, 0, CameraState.STREAMING)


@pytest.mark.parametrize("wanted", [None, frozenset[int]()])
def test_where_the_smaller_picture_is_not_made_the_wanted_one_goes(
    wanted: frozenset[int] | None,
) -> None:
    shared = SharedBundle(with_views(view(6, 1, b"tile")))
    slow = Selection(wanted, frozenset({(0, 5 << 16), (6 << 16 | 1, 7 << 16 | 1)}))
    found = decode_bundle(encoded(shared, slow)).frames
    assert bytes(found[0].payload) == b"left"
    assert (found[-1].key, bytes(found[-1].payload)) == (6 << 16 | 1, b"tile")


def test_merging_keeps_pictures_of_views() -> None:
    older = SharedBundle(with_views(view(5, 0, b"old"), view(6, 1, b"gone")))
    newer = SharedBundle(with_views(view(5, 0, b"")))
    merged = newer.over(older)
    assert [bytes(f.payload) for f in merged.bundle.frames] == [b"left", b"right", b"", b"old"]
    assert newer.over(older) is merged


def test_one_small_picture_for_many_views_never_makes_a_bundle_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = SharedBundle(with_views(view(5, 0, b"s" * 100)))
    many = Selection(frozenset(), frozenset({(n << 16, 5 << 16) for n in range(10, 16)}))
    assert len(decode_bundle(encoded(shared, many)).frames) == 9
    monkeypatch.setattr(selection, "MAX_BUNDLE_SIZE", 900)
    assert [f.key for f in many.of(shared.bundle).frames] == [0, 1, 2]
