from __future__ import annotations

import array
import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from camstrm.camera_state import CameraState
from camstrm.errors import WireError
from camstrm.wire import bundle as bundle_module
from camstrm.wire.bundle import (
    BUNDLE_HEADER_SIZE,
    CAMERA_HEADER_SIZE,
    MAX_BUNDLE_SIZE,
    MAX_CAMERAS,
    CameraFrame,
    Encoding,
    FrameBundle,
    FrameFlag,
    decode_bundle,
    encode_bundle,
    encode_bundle_parts,
)
from camstrm.wire.bundle_change import select_cameras

FRAME = CameraFrame(
    camera_index=0x0102,
    state=CameraState.STREAMING,
    encoding=Encoding.JPEG,
    flags=FrameFlag.FRAME_ID | FrameFlag.DEVICE_TIMESTAMP,
    pixel_format=0x01080009,
    frame_id=0x1112131415161718,
    device_timestamp_ns=0x2122232425262728,
    capture_time_us=0x3132333435363738,
    encoded_time_us=0x4142434445464748,
    state_since_us=0x5152535455565758,
    width=0x61626364,
    height=0x71727374,
    source_width=0x81828384,
    source_height=0x91929394,
    payload=b"JPEG!",
)

FRAME_BYTES = bytes.fromhex(
    "4800 0201 02 01 0300 05000000 09000801"
    "1817161514131211 2827262524232221 3837363534333231 4847464544434241 5857565554535251"
    "64636261 74737271 84838281 94939291"
    "4a50454721"
)

BUNDLE_BYTES = (
    bytes.fromhex("43534642 01 00 2000 0100 0000 6d000000 0807060504030201 0f0e0d0c0b0a0908")
    + FRAME_BYTES
)

BUNDLE = FrameBundle(0x0102030405060708, 0x08090A0B0C0D0E0F, (FRAME,))

EMPTY_BYTES = bytes.fromhex("43534642 01 00 2000 0000 0000 20000000") + bytes(16)

u8 = st.integers(0, 2**8 - 1)
u16 = st.integers(0, 2**16 - 1)
u32 = st.integers(0, 2**32 - 1)
u64 = st.integers(0, 2**64 - 1)

VIEW_FRAME = replace(
    FRAME,
    view=0xA1A2A3A4,
    x=0xB1B2B3B4,
    y=0xC1C2C3C4,
    region_width=0xD1D2D3D4,
    region_height=0xE1E2E3E4,
)

VIEW_FRAME_BYTES = (
    bytes.fromhex("6000")
    + FRAME_BYTES[2:CAMERA_HEADER_SIZE]
    + bytes.fromhex("a4a3a2a1 00000000 b4b3b2b1 c4c3c2c1 d4d3d2d1 e4e3e2e1 4a50454721")
)

view_fields = st.just((0, 0, 0, 0, 0)) | st.tuples(
    st.integers(1, 2**32 - 1), *[st.integers(0, 2**32 - 1)] * 4
)


def with_view(frame: CameraFrame, fields: tuple[int, ...]) -> CameraFrame:
    view, x, y, width, height = fields
    return replace(frame, view=view, x=x, y=y, region_width=width, region_height=height)


camera_frames = st.builds(
    CameraFrame,
    camera_index=u16,
    state=u8,
    encoding=u8,
    flags=u16,
    pixel_format=u32,
    frame_id=u64,
    device_timestamp_ns=u64,
    capture_time_us=u64,
    encoded_time_us=u64,
    state_since_us=u64,
    width=u32,
    height=u32,
    source_width=u32,
    source_height=u32,
    payload=st.binary(max_size=40),
)
camera_frames = st.builds(with_view, camera_frames, view_fields)
frame_bundles = st.builds(
    FrameBundle, u64, u64, st.lists(camera_frames, max_size=5).map(lambda frames: tuple(frames))
)


def test_encodes_every_field_at_its_place() -> None:
    assert encode_bundle(BUNDLE) == BUNDLE_BYTES
    assert BUNDLE.size == len(BUNDLE_BYTES)


def test_decodes_every_field_from_its_place() -> None:
    decoded = decode_bundle(BUNDLE_BYTES)
    assert (decoded.seq, decoded.timestamp_us) == (BUNDLE.seq, BUNDLE.timestamp_us)
    (frame,) = decoded.frames
    for name in CameraFrame.__struct_fields__:
        assert getattr(frame, name) == getattr(FRAME, name), name


def test_the_header_of_a_view_is_longer() -> None:
    bundle = FrameBundle(1, 2, (FRAME, VIEW_FRAME, FRAME))
    data = encode_bundle(bundle)
    assert data[BUNDLE_HEADER_SIZE:] == FRAME_BYTES + VIEW_FRAME_BYTES + FRAME_BYTES
    assert bundle.size == len(data)
    assert decode_bundle(data) == bundle
    assert [f.view for f in decode_bundle(data).frames] == [0, 0xA1A2A3A4, 0]


def test_equal_pictures_of_other_views_are_not_equal() -> None:
    assert FRAME != VIEW_FRAME
    assert replace(VIEW_FRAME, x=1) != VIEW_FRAME
    assert FRAME.key == FRAME.camera_index
    assert VIEW_FRAME.key == 0xA1A2A3A40102


def test_an_empty_bundle_is_its_header() -> None:
    assert encode_bundle(FrameBundle(0, 0, ())) == EMPTY_BYTES
    assert decode_bundle(EMPTY_BYTES) == FrameBundle(0, 0, ())


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_decodes_any_buffer_without_copying_payloads(kind: type) -> None:
    data = kind(BUNDLE_BYTES)
    payload = decode_bundle(data).frames[0].payload
    assert isinstance(payload, memoryview)
    assert payload.obj is (data.obj if isinstance(data, memoryview) else data)
    assert bytes(payload) == b"JPEG!"


def test_parts_hold_the_payloads_themselves() -> None:
    payload = bytearray(b"a picture")
    parts = encode_bundle_parts(
        FrameBundle(1, 2, (FRAME, replace(FRAME, payload=payload), replace(FRAME, payload=b"")))
    )
    assert [len(part) for part in parts] == [32, 72, 5, 72, 9, 72]
    assert parts[4] is payload


def test_a_payload_is_measured_in_bytes() -> None:
    words = memoryview(array.array("I", [1, 2, 3]))
    bundle = FrameBundle(1, 2, (replace(FRAME, payload=words),))
    assert bundle.size == BUNDLE_HEADER_SIZE + CAMERA_HEADER_SIZE + words.nbytes
    assert decode_bundle(encode_bundle(bundle)).frames[0].payload == words.tobytes()


def test_a_frame_equals_one_with_the_same_bytes_in_another_buffer() -> None:
    assert replace(FRAME, payload=bytearray(b"JPEG!")) == FRAME
    assert replace(FRAME, payload=b"JPEG?") != FRAME
    assert replace(FRAME, source_height=1) != FRAME
    assert FRAME != "a frame"


def test_a_frame_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(FRAME)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("camera_index", 2**16),
        ("camera_index", -1),
        ("state", 256),
        ("encoding", 256),
        ("flags", 2**16),
        ("pixel_format", 2**32),
        ("frame_id", 2**64),
        ("capture_time_us", -1),
        ("width", 2**32),
        ("source_height", -1),
        ("width", 640.0),
    ],
)
def test_a_value_that_does_not_fit_is_refused(field: str, value: int) -> None:
    with pytest.raises(WireError, match="FrameBundle: a value does not fit its field"):
        encode_bundle(FrameBundle(1, 1, (replace(FRAME, **{field: value}),)))


@pytest.mark.parametrize(("seq", "timestamp_us"), [(2**64, 0), (0, -1)])
def test_a_header_value_that_does_not_fit_is_refused(seq: int, timestamp_us: int) -> None:
    with pytest.raises(WireError, match="does not fit"):
        encode_bundle(FrameBundle(seq, timestamp_us, ()))


def test_as_many_cameras_as_allowed_and_no_more() -> None:
    frames = tuple(CameraFrame(index, 0) for index in range(MAX_CAMERAS))
    assert len(decode_bundle(encode_bundle(FrameBundle(0, 0, frames))).frames) == MAX_CAMERAS
    with pytest.raises(WireError, match="FrameBundle: 257 cameras, 256 at most"):
        encode_bundle(FrameBundle(0, 0, (*frames, FRAME)))


def test_a_bundle_as_large_as_allowed_and_no_larger() -> None:
    payload = memoryview(bytes(MAX_BUNDLE_SIZE - BUNDLE_HEADER_SIZE - CAMERA_HEADER_SIZE))
    largest = FrameBundle(0, 0, (replace(FRAME, payload=payload),))
    assert sum(len(part) for part in encode_bundle_parts(largest)) == MAX_BUNDLE_SIZE
    with pytest.raises(WireError, match="67108865 bytes, 67108864 at most"):
        encode_bundle_parts(FrameBundle(0, 0, (replace(FRAME, payload=bytes(len(payload) + 1)),)))


def test_the_decoder_has_the_same_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_module, "MAX_BUNDLE_SIZE", len(BUNDLE_BYTES))
    decode_bundle(BUNDLE_BYTES)
    monkeypatch.setattr(bundle_module, "MAX_BUNDLE_SIZE", len(BUNDLE_BYTES) - 1)
    with pytest.raises(WireError, match="FrameBundleHeader: total size 109, 108 at most"):
        decode_bundle(BUNDLE_BYTES)


def test_a_lying_header_costs_no_memory() -> None:
    lies = bytearray(BUNDLE_BYTES)
    struct.pack_into("<I", lies, BUNDLE_HEADER_SIZE + 8, 2**32 - 1)
    tracemalloc.start()
    try:
        with pytest.raises(WireError, match="payload ends at 4294967399, message has 109 bytes"):
            decode_bundle(lies)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100_000


def test_an_error_about_the_end_never_speaks_of_negative_bytes() -> None:
    longer = bytearray(EMPTY_BYTES)
    longer[6] = 40
    with pytest.raises(WireError) as caught:
        decode_bundle(longer)
    assert str(caught.value) == "FrameBundleHeader: header size 40, message has 32 bytes"


def test_select_cuts_the_pictures_of_other_cameras_and_keeps_their_state() -> None:
    other = replace(FRAME, camera_index=3)
    empty = CameraFrame(4, CameraState.LOST, state_since_us=7)
    cut = select_cameras(FrameBundle(1, 2, (FRAME, other, empty)), {FRAME.camera_index})
    assert (cut.seq, cut.timestamp_us) == (1, 2)
    assert cut.frames == (
        FRAME,
        replace(other, encoding=Encoding.NONE, width=0, height=0, payload=b""),
        empty,
    )
    assert cut.size == len(encode_bundle(cut))


@given(frame_bundles)
def test_round_trip(bundle: FrameBundle) -> None:
    data = encode_bundle(bundle)
    assert decode_bundle(data) == bundle
    assert len(data) == bundle.size
    assert b"".join(encode_bundle_parts(bundle)) == data


@given(frame_bundles, st.sets(u16, max_size=3))
def test_selected_bundles_hold_every_header(bundle: FrameBundle, cameras: set[int]) -> None:
    cut = decode_bundle(encode_bundle(select_cameras(bundle, cameras)))
    whole = [frame for frame in bundle.frames if not frame.view]
    assert [(f.camera_index, f.state, f.state_since_us) for f in cut.frames] == [
        (f.camera_index, f.state, f.state_since_us) for f in whole
    ]
    for before, after in zip(whole, cut.frames, strict=True):
        wanted = before.payload if before.camera_index in cameras else b""
        assert after.payload == wanted


def decodes_or_is_refused(data: bytes) -> None:
    """Check the law: a bundle that means what its bytes say, or a WireError."""
    try:
        bundle = decode_bundle(data)
    except WireError:
        return
    assert sum(len(frame.payload) for frame in bundle.frames) <= len(data)
    assert bundle.size <= len(data)
    assert decode_bundle(encode_bundle(bundle)) == bundle


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    decodes_or_is_refused(data)


@given(st.binary(max_size=300))
def test_any_bytes_after_a_good_start(data: bytes) -> None:
    size = BUNDLE_HEADER_SIZE + len(data)
    start = EMPTY_BYTES[:12] + size.to_bytes(4, "little") + EMPTY_BYTES[16:]
    decodes_or_is_refused(start[:8] + b"\x02\x00" + start[10:] + data)


@given(frame_bundles, st.data())
def test_every_cut_is_refused(bundle: FrameBundle, data: st.DataObject) -> None:
    encoded = encode_bundle(bundle)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(WireError):
        decode_bundle(encoded[:cut])
    if cut >= BUNDLE_HEADER_SIZE:
        agreeing = encoded[:12] + cut.to_bytes(4, "little") + encoded[16:cut]
        with pytest.raises(WireError):
            decode_bundle(agreeing)


@given(frame_bundles, st.data())
def test_any_mutation(bundle: FrameBundle, data: st.DataObject) -> None:
    mutated = bytearray(encode_bundle(bundle))
    spots = st.tuples(st.integers(0, len(mutated) - 1), st.sampled_from([1, 2, 4, 8]), u64)
    for offset, width, value in data.draw(st.lists(spots, min_size=1, max_size=4)):
        mutated[offset : offset + width] = value.to_bytes(8, "little")[:width]
    decodes_or_is_refused(bytes(mutated))
