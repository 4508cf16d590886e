from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.acquisition.stream.statistics import FrameIdGaps, LossMeter


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


def test_incomplete_frames_between_two_whole_ones_are_no_gap() -> None:
    gaps = FrameIdGaps()
    gaps.missing_before(10)
    assert gaps.missing_before(14, incomplete=1) == 2
    assert gaps.missing_before(16, incomplete=5) == 0
    assert gaps.missing_before(18) == 1


@given(st.integers(1, 65535), st.lists(st.booleans(), max_size=400))
def test_gige_ids_lose_exactly_what_was_dropped(first: int, kept: list[bool]) -> None:
    ids = [(first + n - 1) % 65535 + 1 for n in range(len(kept) + 2)]
    arriving = [ids[0], *(i for i, keep in zip(ids[1:], kept, strict=False) if keep), ids[-1]]
    assert sum(missing(*arriving)) == kept.count(False)


def losses(complete: int, incomplete: int, seconds: int) -> list[float | None]:
    """Return what is said each half second where so many frames come in a second."""
    meter = LossMeter()
    return [
        meter.share(half / 2, half * complete // 2, half * incomplete // 2)
        for half in range(2 * seconds)
    ]


def test_more_than_one_percent_of_losses_for_ten_seconds() -> None:
    said = losses(20, 5, 15)
    assert said[1::2] == [None] * 15, "once a second is enough"
    assert said[::2] == [*[0.0] * 10, *[pytest.approx(0.2)] * 5]
    assert set(losses(1000, 5, 30)) == {0.0, None}
    assert set(losses(50, 0, 30)) == {0.0, None}


def test_losses_that_are_over_are_forgotten() -> None:
    meter = LossMeter()
    for second in range(20):
        meter.share(second, second * 20, second * 5)
    said = [meter.share(20 + second, 400 + second * 20, 100) for second in range(12)]
    assert said[0] is not None
    assert said[0] > 0.15
    assert said[-1] == 0.0


def test_two_incomplete_frames_of_a_slow_camera_are_chance() -> None:
    meter = LossMeter()
    assert [meter.share(second, second // 2, second // 10) for second in range(25)] == [0.0] * 25
