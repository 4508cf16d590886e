"""The worker under real Harvesters, on a producer with a fault, in a child process."""

from __future__ import annotations

import pytest

from tests.fakes.gentl.producers import fault_variables
from tests.fakes.gentl.scenes_in_child import play


@pytest.mark.parametrize("drain", ["event", "poll"])
def test_a_camera_that_falls_silent_is_opened_again(forwarding: str, drain: str) -> None:
    """All statuses look healthy: only the watchdog sees it."""
    told = play(
        "run_worker",
        fault_variables("silent=5"),
        cti=forwarding,
        serial="1",
        drain=drain,
        until=["streaming", "stalled", "streaming", "frames"],
    )
    assert told["missing"] == []
    assert told["ended"]
    assert told["statistics"]["reconnects"] == 1
    reasons = [reason for state, reason in told["told"] if state == "stalled"]
    assert all(reason.startswith("no frame for 0.") for reason in reasons)


def test_a_stream_that_ends_in_an_error_is_opened_again(forwarding: str) -> None:
    told = play(
        "run_worker",
        fault_variables("io_error=50 gbk"),
        cti=forwarding,
        serial="1",
        until=["streaming", "lost", "streaming", "frames"],
    )
    assert told["missing"] == []
    assert told["ended"]
    assert ["lost", "the producer ended the stream (GC_ERR -1010)"] in told["told"]


def test_a_camera_that_is_busy_is_tried_until_it_is_free(forwarding: str) -> None:
    told = play(
        "run_worker",
        fault_variables("busy=2"),
        cti=forwarding,
        serial="1",
        until=["lost", "streaming", "frames"],
    )
    assert told["missing"] == []
    assert [state for state, _ in told["told"]].count("lost") == 2
    assert "GC_ERR_ACCESS_DENIED -1005" in told["told"][1][1]
