"""The laws of merge_bundles: a newest picture is never lost, the newer state counts."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.camera_state import CameraState
from camstrm.wire import bundle_change
from camstrm.wire.bundle import (
    CameraFrame,
    Encoding,
    FrameBundle,
    decode_bundle,
    encode_bundle,
)
from camstrm.wire.bundle_change import fitted, merge_bundles, select_cameras, select_entries


def picture(index: int, payload: bytes, **values: int) -> CameraFrame:
    state = {"state": int(CameraState.STREAMING), "encoding": int(Encoding.JPEG), **values}
    return CameraFrame(index, payload=payload, **state)


@st.composite
def bundles(draw: st.DrawFn) -> FrameBundle:
    """Bundles of up to four cameras and two views of each, each listed at most once."""
    keys = st.tuples(st.integers(0, 3), st.sampled_from([0, 0, 7, 2**32 - 1]))
    frames = tuple(
        CameraFrame(
            index,
            draw(st.integers(0, 6)),
            frame_id=draw(st.integers(0, 9)),
            capture_time_us=draw(st.integers(0, 9)),
            state_since_us=draw(st.integers(0, 9)),
            payload=draw(st.sampled_from([b"", b"one", b"two", b"three"])),
            view=view,
        )
        for index, view in draw(st.lists(keys, unique=True))
    )
    return FrameBundle(draw(st.integers(0, 99)), draw(st.integers(0, 99)), frames)


def test_takes_the_older_picture_with_its_own_times_and_the_newer_state() -> None:
    older = FrameBundle(
        1, 100, (picture(0, b"old", frame_id=5, capture_time_us=90, width=640, state_since_us=1),)
    )
    newer = FrameBundle(2, 200, (CameraFrame(0, CameraState.STALLED, state_since_us=150),))
    assert merge_bundles(older, newer) == FrameBundle(
        2,
        200,
        (
            picture(
                0,
                b"old",
                state=CameraState.STALLED,
                state_since_us=150,
                frame_id=5,
                capture_time_us=90,
                width=640,
            ),
        ),
    )


def test_a_newer_picture_replaces_an_older_one() -> None:
    older = FrameBundle(1, 1, (picture(0, b"old", frame_id=1),))
    newer = FrameBundle(2, 2, (picture(0, b"new", frame_id=2),))
    assert merge_bundles(older, newer) == newer


def test_a_camera_that_is_gone_stays_gone() -> None:
    older = FrameBundle(1, 1, (picture(0, b"zero"), picture(1, b"one")))
    newer = FrameBundle(2, 2, (CameraFrame(1, CameraState.LOST),))
    assert [f.camera_index for f in merge_bundles(older, newer).frames] == [1]


def test_a_view_has_pictures_of_its_own_and_goes_when_it_is_no_longer_listed() -> None:
    older = FrameBundle(1, 1, (picture(0, b"whole"), view(0, 7, b"part"), view(0, 8, b"other")))
    newer = FrameBundle(2, 2, (picture(0, b"new"), view(0, 7, b"")))
    assert merge_bundles(older, newer).frames == (picture(0, b"new"), view(0, 7, b"part"))


def view(index: int, number: int, payload: bytes) -> CameraFrame:
    return picture(index, payload, view=number, x=8, y=16, region_width=24, region_height=32)


CUT = CameraFrame(0, int(CameraState.STREAMING))


def test_a_viewer_gets_the_headers_of_all_cameras_and_only_its_own_views() -> None:
    whole, part, other = picture(0, b"whole"), view(0, 7, b"part"), view(0, 8, b"other")
    bundle = FrameBundle(1, 1, (whole, picture(1, b"one"), part, other))
    assert select_entries(bundle, {0}, {8, 9}).frames == (whole, CameraFrame(1, 2), other)
    assert select_entries(bundle, (), {7}).frames == (CUT, CameraFrame(1, 2), part)
    assert select_cameras(bundle, {0}).frames == (whole, CameraFrame(1, 2))
    assert select_entries(bundle, None, {7, 8}) is bundle
    assert select_entries(bundle, None, ()).frames == (whole, picture(1, b"one"))


@given(bundles(), st.none() | st.frozensets(st.integers(0, 3)), st.frozensets(st.just(7)))
def test_what_others_view_changes_no_byte_for_a_viewer(
    bundle: FrameBundle, cameras: frozenset[int] | None, views: frozenset[int]
) -> None:
    """Its bundle is the one that would have been made if the others were not there."""
    alone = tuple(f for f in bundle.frames if f.view in (0, *views))
    without = FrameBundle(bundle.seq, bundle.timestamp_us, alone)
    selected = select_entries(bundle, cameras, views)
    assert encode_bundle(selected) == encode_bundle(select_entries(without, cameras, views))
    if cameras is None:
        assert encode_bundle(selected) == encode_bundle(without)


def test_pictures_are_kept_while_the_bundle_can_be_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    older = FrameBundle(1, 1, (picture(0, b"x" * 60), picture(1, b"y" * 40)))
    newer = FrameBundle(2, 2, (CameraFrame(0, 2), CameraFrame(1, 2), picture(2, b"z" * 10)))
    monkeypatch.setattr(bundle_change, "MAX_BUNDLE_SIZE", newer.size + 59)
    merged = merge_bundles(older, newer)
    assert [bytes(f.payload) for f in merged.frames] == [b"", b"y" * 40, b"z" * 10]
    assert decode_bundle(encode_bundle(merged)) == merged
    monkeypatch.setattr(bundle_change, "MAX_BUNDLE_SIZE", newer.size + 99)
    assert [len(f.payload) for f in merge_bundles(older, newer).frames] == [60, 0, 10]
    monkeypatch.setattr(bundle_change, "MAX_BUNDLE_SIZE", newer.size + 100)
    assert [len(f.payload) for f in merge_bundles(older, newer).frames] == [60, 40, 10]


def test_pictures_that_are_too_much_are_left_out_the_last_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frames = (picture(0, b"x" * 60), picture(1, b"y" * 40), view(0, 7, b"z" * 30))
    bundle = FrameBundle(1, 1, frames)
    assert fitted(bundle) is bundle
    for lack, sizes in ((0, [60, 40, 30]), (1, [60, 40, 0]), (31, [60, 0, 30]), (99, [0, 0, 30])):
        monkeypatch.setattr(bundle_change, "MAX_BUNDLE_SIZE", bundle.size - lack)
        fit = fitted(bundle)
        assert [len(f.payload) for f in fit.frames] == sizes
        assert decode_bundle(encode_bundle(fit)) == fit
        assert [f.key for f in fit.frames] == [f.key for f in frames]


@given(bundles(), bundles())
def test_sequence_order_and_states_are_the_newer_ones(
    older: FrameBundle, newer: FrameBundle
) -> None:
    merged = merge_bundles(older, newer)
    assert (merged.seq, merged.timestamp_us) == (newer.seq, newer.timestamp_us)
    assert [(f.key, f.state, f.state_since_us) for f in merged.frames] == [
        (f.key, f.state, f.state_since_us) for f in newer.frames
    ]


@given(st.lists(bundles(), min_size=1, max_size=5))
def test_the_newest_picture_of_each_camera_is_never_lost(run: list[FrameBundle]) -> None:
    merged = reduce(merge_bundles, run)
    for frame in merged.frames:
        wanted: CameraFrame | None = None
        for bundle in run:
            listed = {f.key: f for f in bundle.frames}.get(frame.key)
            if listed is None:
                wanted = None
            elif listed.payload:
                wanted = listed
        assert frame.payload == (wanted.payload if wanted else b"")
        if wanted:
            assert (frame.frame_id, frame.capture_time_us) == (
                wanted.frame_id,
                wanted.capture_time_us,
            )


@given(bundles(), bundles(), bundles())
def test_it_does_not_matter_which_two_are_merged_first_when_no_camera_leaves(
    first: FrameBundle, second: FrameBundle, third: FrameBundle
) -> None:
    listed = {f.key for f in second.frames}
    first = FrameBundle(
        first.seq, first.timestamp_us, tuple(f for f in first.frames if f.key in listed)
    )
    assert merge_bundles(merge_bundles(first, second), third) == merge_bundles(
        first, merge_bundles(second, third)
    )


@given(bundles())
def test_merging_a_bundle_with_itself_changes_nothing(bundle: FrameBundle) -> None:
    assert merge_bundles(bundle, bundle) == bundle
