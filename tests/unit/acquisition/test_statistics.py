from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.acquisition.statistics import FrameIdGaps, RateMeter


def missing(*ids: int | None) -> list[int]:
    gaps = FrameIdGaps()
    return [gaps.missing_before(i) for i in ids]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ((5, 6, 7), [0, 0, 0]),
        ((5, 8, 9), [0, 2, 0]),
        ((0, 1), [0, 0]),
        ((None, 4, None, 7), [0, 0, 0, 2]),
        ((7, 7, 8), [0, 0, 0]),
        ((65534, 65535, 1, 2), [0, 0, 0, 0]),
        ((65533, 3), [0, 4]),
        ((65535, 0, 1), [0, 0, 0]),
        ((65536, 65539), [0, 2]),
        ((30000, 1, 2), [0, 0, 0]),
        ((65535, 600), [0, 0]),
        ((2**40, 2**40 + 2), [0, 1]),
    ],
    ids=str,
)
def test_missing_ids(ids: tuple[int | None, ...], expected: list[int]) -> None:
    assert missing(*ids) == expected


def test_a_new_stream_has_no_gap_to_the_old_one() -> None:
    gaps = FrameIdGaps()
    gaps.missing_before(5)
    gaps.reset()
    assert gaps.missing_before(50) == 0


@given(st.integers(1, 65535), st.lists(st.booleans(), max_size=400))
def test_gige_ids_lose_exactly_what_was_dropped(first: int, kept: list[bool]) -> None:
    ids = [(first + n - 1) % 65535 + 1 for n in range(len(kept) + 2)]
    arriving = [ids[0], *(i for i, keep in zip(ids[1:], kept, strict=False) if keep), ids[-1]]
    assert sum(missing(*arriving)) == kept.count(False)


def test_a_rate_is_that_of_the_last_second() -> None:
    meter = RateMeter()
    assert meter.rate(0, 10.0) == 0.0
    assert meter.rate(30, 10.5) == 60.0
    assert meter.rate(60, 11.0) == 60.0
    for step in range(1, 21):
        rate = meter.rate(60 + 10 * step, 11.0 + step / 10)
    assert rate == pytest.approx(100.0)


def test_a_rate_falls_to_nothing_when_nothing_happens() -> None:
    meter = RateMeter()
    meter.rate(0, 0.0)
    meter.rate(100, 1.0)
    assert meter.rate(100, 2.0) < 100
    assert meter.rate(100, 3.0) == 0.0


def test_a_rate_asked_twice_at_once_divides_by_nothing() -> None:
    meter = RateMeter()
    assert meter.rate(1, 5.0) == 0.0
    assert meter.rate(3, 5.0) == 0.0


def test_marks_do_not_pile_up() -> None:
    meter = RateMeter()
    for step in range(1000):
        meter.rate(step, step / 10)
    assert len(meter._marks) <= 12
