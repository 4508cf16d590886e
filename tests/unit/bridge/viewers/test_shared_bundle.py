from __future__ import annotations

import pytest

from camstrm.bridge.viewers import shared_bundle
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import (
    CameraFrame,
    CameraState,
    Encoding,
    FrameBundle,
    decode_bundle,
    encode_bundle,
)


def bundle(seq: int, pictures: dict[int, bytes], cameras: int = 3) -> FrameBundle:
    frames = tuple(
        CameraFrame(i, CameraState.STREAMING, Encoding.JPEG, payload=pictures[i])
        if i in pictures
        else CameraFrame(i, CameraState.STALLED)
        for i in range(cameras)
    )
    return FrameBundle(seq, 1000 + seq, frames)


def test_all_pictures_are_the_bytes_that_came() -> None:
    one = bundle(1, {0: b"a", 1: b"b"})
    data = memoryview(encode_bundle(one))
    shared = SharedBundle(one, data)
    assert shared.pictures == {0, 1}
    assert shared.encoded(None) is data
    assert shared.encoded(frozenset({0, 1, 2})) is data


def test_each_selection_is_encoded_once() -> None:
    shared = SharedBundle(bundle(1, {0: b"a", 1: b"b"}))
    left = shared.encoded(frozenset({0, 2}))
    assert shared.encoded(frozenset({0})) is left
    assert [bytes(f.payload) for f in decode_bundle(left).frames] == [b"a", b"", b""]
    nothing = decode_bundle(shared.encoded(frozenset()))
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
    newer = SharedBundle(bundle(2, {0: b"new0"}, cameras=1))
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
    data = bytes(shared.encoded(None))
    frame = shared.web_socket_frame(None)
    assert [bytes(part) for part in frame] == [header, data]
    assert shared.web_socket_frame(frozenset({0, 1})) is frame


def test_each_selection_has_its_own_web_socket_frame() -> None:
    shared = SharedBundle(bundle(1, {0: b"a", 1: b"b"}))
    for cameras in (None, frozenset({0})) * 3:
        assert shared.web_socket_frame(cameras)[1] is shared.encoded(cameras)


def test_frame_of_a_tiny_message_has_its_size_in_the_second_byte() -> None:
    shared = SharedBundle(FrameBundle(1, 2, ()))
    assert shared.web_socket_frame(None)[0] == bytes((0x82, shared.bundle.size))
