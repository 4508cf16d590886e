"""What a client gets that knows nothing of views: the bytes of before there were any."""

from __future__ import annotations

from typing import Any

import pytest

from camstrm.wire import (
    CameraFrame,
    CameraState,
    Demand,
    FrameBundle,
    Region,
    View,
    encode_bundle,
    select_entries,
)
from tests.fakes.grabber.bundle_loop_rig import PERIOD, Rig
from tests.fakes.grabber.grab_links import FakeLink

FROZEN = (
    bytes.fromhex(
        "435346420100200002000000bc000000010000000000000000401e18240a060048000000020103000600"
        "0000090008010700000000000000630000000000000000401e18240a0600a04f1e18240a060007000000"
        "00000000020000000100000004000000020000006a706567203048000100020103000600000009000801"
        "0800000000000000630000000000000000401e18240a0600a04f1e18240a060007000000000000000200"
        "00000100000004000000020000006a7065672031"
    ),
    bytes.fromhex(
        "435346420100200002000000b6000000020000000000000050031f18240a060048000000020103000600"
        "0000090008010700000000000000630000000000000000401e18240a0600a04f1e18240a060007000000"
        "00000000020000000100000004000000020000006a706567203248000100020000000000000000000000"
        "000000000000000000000000000000000000000000000000000000000000000007000000000000000000"
        "0000000000000000000000000000"
    ),
    bytes.fromhex(
        "435346420100200002000000b60000000300000000000000a0c61f18240a060048000000040000000000"
        "000000000000000000000000000000000000000000000000000000000000000000000000000007000000"
        "000000000000000000000000000000000000000048000100020103000600000009000801080000000000"
        "0000630000000000000000401e18240a0600a04f1e18240a060007000000000000000200000001000000"
        "04000000020000006a7065672033"
    ),
)
"""Three bundles as the grabber made them before it knew views: two cameras with pictures, one of
them without a new one, one lost and not wanted."""

VIEWS = (View(0, Region(8, 8, 64, 64)), View(1, max_width=320, max_height=240))


@pytest.mark.parametrize("views", [(), VIEWS], ids=["nobody views", "others view"])
def test_bundles_are_the_same_bytes(views: tuple[View, ...]) -> None:
    rig = Rig(FakeLink(0), FakeLink(1))
    rig.demand(Demand(None, views=views))
    answer(rig, b"jpeg 0", b"jpeg 1")
    rig.loop.advance(PERIOD)
    answer(rig, b"jpeg 2", b"")
    rig.supervisor.set_state(0, CameraState.LOST)
    rig.demand(Demand((1,), views=views))
    rig.loop.advance(PERIOD)
    answer(rig, b"", b"jpeg 3")
    if not views:
        assert tuple(map(encode_bundle, rig.sent)) == FROZEN
    plain = [select_entries(bundle, None, ()) for bundle in rig.sent]
    assert tuple(map(encode_bundle, plain)) == FROZEN
    shown = [len(frame.payload) for bundle in rig.sent for frame in bundle.frames if frame.view]
    assert shown == [4, 4] * 3 if views else not shown


def answer(rig: Rig, *payloads: bytes) -> None:
    """Answer each camera's request, with a picture where it has a payload, and with its views."""
    for index, (link, payload) in enumerate(zip(rig.links, payloads, strict=True)):
        request = link.requests[-1]
        frames = [frame(index, payload)] if index in request.cameras else []
        frames += [frame(index, b"view", view=view.id, x=8) for view in request.views]
        if link.busy:
            link.busy = False
            bundle: Any = FrameBundle(request.seq, 5, tuple(frames))
            rig.bundles.answer(link, bundle)  # type: ignore[arg-type]


def frame(index: int, payload: bytes, **fields: int) -> CameraFrame:
    arrived_us = 1_700_000_000_000_000
    times = (99, arrived_us, arrived_us + 4000, 7)
    sides = (2, 1, 4, 2)
    header = (index, 2, 1, 3, 0x01080009, 7 + index, *times, *sides)
    return CameraFrame(*header, payload, **fields)
