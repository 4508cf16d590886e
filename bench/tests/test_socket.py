"""The benchmark of the UNIX socket hop: every way carries it all."""

from __future__ import annotations

import time

import pytest

from bench.hops.socket_hop import WAYS, _hop


@pytest.mark.parametrize("way", WAYS)
def test_every_way_carries_its_messages_once_and_in_order(way: str) -> None:
    begin_s = time.monotonic()
    found = _hop(way, 40)
    elapsed_us = 1e6 * (time.monotonic() - begin_s)
    assert found["sent"] == 40
    if way == "ring":
        # Four slots: a receiver that gets no CPU for 40 ms is lapped, and that is counted.
        assert 0 < found["received"] <= 40
    else:
        assert found["received"] + found["replaced"] == 40
    assert found["misordered"] == found["damaged"] == 0
    assert 0 < 40 * found["send_us"] <= elapsed_us
    assert 0 < found["received"] * found["receive_us"] <= elapsed_us
