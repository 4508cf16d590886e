from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from camstrm.frame.raw_frame import FrameTimes, RawFrame

TIMES = FrameTimes(1_700_000_000_000_000, 99)


class Releases:
    """Counts how often a buffer was given back."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def frame(on_release: Callable[[], None] | None = None) -> RawFrame:
    data = np.zeros(6, np.uint8)
    if on_release is None:
        return RawFrame(data, 3, 2, 0x01080001, TIMES)
    return RawFrame(data, 3, 2, 0x01080001, TIMES, on_release=on_release)


def test_a_frame_without_ids_and_padding() -> None:
    plain = frame()
    assert (plain.padding_x, plain.frame_id) == (0, None)
    assert FrameTimes(1).device_timestamp_ns is None


def test_release_gives_the_buffer_back() -> None:
    releases = Releases()
    raw = frame(releases)
    assert releases.count == 0
    raw.release()
    assert releases.count == 1


def test_a_second_release_gives_nothing_back() -> None:
    releases = Releases()
    raw = frame(releases)
    with raw:
        raw.release()
    raw.release()
    assert releases.count == 1


def test_a_frame_without_a_producer_may_be_released() -> None:
    raw = frame()
    raw.release()
    raw.release()


def test_with_releases_at_the_end_and_hands_out_the_frame() -> None:
    releases = Releases()
    raw = frame(releases)
    with raw as inside:
        assert inside is raw
        assert releases.count == 0
    assert releases.count == 1


def test_with_releases_after_an_error_and_lets_it_pass() -> None:
    releases = Releases()
    with pytest.raises(KeyError), frame(releases):
        raise KeyError
    assert releases.count == 1


def test_a_release_that_fails_is_not_tried_again() -> None:
    attempts = []

    def fail() -> None:
        attempts.append(1)
        raise OSError("the producer is gone")

    raw = frame(fail)
    with pytest.raises(OSError, match="gone"):
        raw.release()
    raw.release()
    assert attempts == [1]


def test_frames_compare_by_identity() -> None:
    first, second = frame(), frame()
    assert first == first
    assert first != second
    assert len({first, second}) == 2


def test_repr_does_not_read_the_buffer() -> None:
    # The buffer may be the producer's again, or unmapped, when a log line is written.
    assert repr(frame()) == (
        f"RawFrame(width=3, height=2, pixel_format=17301505, times={TIMES!r}, padding_x=0, "
        "frame_id=None)"
    )


def test_times_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        TIMES.capture_time_us = 0  # type: ignore[misc]  # what is tested
