"""Calls that only tests know: carriers pass on what they do not know."""

from __future__ import annotations

from msgspec import Raw

from camstrm.wire import Call, Reply


def turn(camera: int, degrees: float, call_id: int = 7) -> Call:
    return Call(call_id, camera, "turn", Raw(b'{"degrees":%a}' % degrees))


class Caller:
    """Gets what comes back (a CallBack)."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.data: dict[int, bytes] = {}

    def replied(self, reply: Reply) -> None:
        self.replies.append(reply)

    def data_came(self, call_id: int, piece: memoryview) -> None:
        self.data[call_id] = self.data.get(call_id, b"") + bytes(piece)

    @property
    def codes(self) -> dict[int, str]:
        return {reply.id: reply.code for reply in self.replies}
