from __future__ import annotations

import random

import pytest

from camstrm.grab.tick_phase import tick_shift_s

TICK = 1 / 30


def ages_ms(camera_fps: float, offset_s: float, jitter_s: float = 0.0003) -> list[float]:
    """Return the age of the camera's newest frame at each of 300 ticks."""
    chance = random.Random(7)
    tick_s, period = 10.0, 1 / camera_fps
    ages = []
    for _ in range(300):
        arrivals = (
            (n * period + offset_s + chance.uniform(0, jitter_s))
            for n in range(int(tick_s / period) + 1, int(tick_s / period) - 4, -1)
        )
        age = next(tick_s - arrival for arrival in arrivals if arrival <= tick_s)
        ages.append(1000 * age)
        tick_s += TICK + tick_shift_s(TICK, period, age)
    return ages


@pytest.mark.parametrize("fps", [60.0, 60.05, 59.9, 30.0, 90.0])
@pytest.mark.parametrize("offset_s", [0.0, 0.004, 0.008, 0.0123, 0.016])
def test_frames_are_fresh_at_the_tick_wherever_it_began(fps: float, offset_s: float) -> None:
    settled = ages_ms(fps, offset_s)[100:]
    assert min(settled) > 0
    assert max(settled) < 4.5


def test_a_camera_of_another_rhythm_moves_nothing() -> None:
    assert {tick_shift_s(TICK, 1 / 50, age / 1000) for age in range(20)} == {0.0}
    assert {tick_shift_s(TICK, 1 / 400, age / 1000) for age in range(20)} == {0.0}
    assert tick_shift_s(TICK, 0.0, 0.01) == 0.0


@pytest.mark.parametrize("age_ms", [0.0, 5.0, 9.0, 12.0, 16.0, 50.0, -3.0])
def test_ticks_move_little(age_ms: float) -> None:
    assert abs(tick_shift_s(TICK, 1 / 60, age_ms / 1000)) <= 0.02 * TICK


def test_the_shorter_way_is_taken() -> None:
    assert tick_shift_s(TICK, 1 / 60, 0.006) < 0
    assert tick_shift_s(TICK, 1 / 60, 0.015) > 0
    assert tick_shift_s(TICK, 1 / 60, 0.0025) == 0
