from __future__ import annotations

from typing import Any

import pytest

from camstrm.client.clock_offset import ClockOffset
from tests.client_qt.viewing_vectors import vectors

SERVER_US = 1_700_000_000_000_000


def test_age_needs_no_common_clock() -> None:
    clock = ClockOffset()
    clock.observe(SERVER_US, 50.0)
    assert clock.age(SERVER_US - 40_000, 50.0) == pytest.approx(0.040, abs=1e-6)
    assert clock.age(SERVER_US, 53.0) == pytest.approx(3.0, abs=1e-6)


def test_least_delayed_message_counts() -> None:
    clock = ClockOffset()
    for i, delay in enumerate((0.9, 0.02, 0.5)):
        clock.observe(SERVER_US + i * 1_000_000, 50.0 + i + delay)
    # A picture taken when the third message left has been under way for 0.48 s more than
    # the quickest message.
    assert clock.age(SERVER_US + 2_000_000, 52.5) == pytest.approx(0.48, abs=1e-6)


def test_half_of_the_round_trip_is_added_to_the_age() -> None:
    clock = ClockOffset()
    clock.observe(SERVER_US, 50.02)
    clock.observe_round_trip(0.3, 50.1)
    clock.observe_round_trip(0.04, 50.2)
    assert clock.age(SERVER_US, 50.02) == pytest.approx(0.02, abs=1e-6)


@pytest.mark.parametrize("session", vectors("clock")["sessions"], ids=lambda s: s["name"])
def test_ages_are_those_of_the_vectors(session: dict[str, Any]) -> None:
    clock = ClockOffset()
    for step in session["steps"]:
        server_us, now_us = step.get("observe") or step["age"]
        if "observe" in step:
            clock.observe(server_us, now_us / 1e6)
            continue
        age = clock.age(server_us, now_us / 1e6)
        assert (None if age is None else round(age * 1000, 1)) == step["ms"]


def test_unknown_and_absurd_times() -> None:
    clock = ClockOffset()
    assert clock.age(SERVER_US, 1.0) is None
    clock.observe(0, 1.0)
    assert clock.age(SERVER_US, 1.0) is None
    clock.observe(SERVER_US, 1.0)
    assert clock.age(0, 1.0) is None
    assert clock.age(2**64 - 1, 1.0) == 0
