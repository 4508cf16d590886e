"""A call that only tests know: carriers pass on what they do not know."""

from __future__ import annotations

from msgspec import Raw

from camstrm.wire import Call


def turn(camera: int, degrees: float) -> Call:
    return Call(7, camera, "turn", Raw(b'{"degrees":%a}' % degrees))
