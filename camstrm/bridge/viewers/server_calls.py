"""ServerCalls: the operations that the bridge does itself, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.wire import OPERATIONS, Call, Reply, refusal

__all__ = ["Answer", "ServerCalls", "ServerOperation"]

Answer: TypeAlias = Callable[[Reply], None]
"""Takes the one reply to a call."""


class ServerOperation(Protocol):
    """Does one operation."""

    def take(self, viewer: ViewerSender, call: Call, answer: Answer) -> None:
        """Do what a call says that may be made, and ``answer`` once, now or later."""

    def leave(self, viewer: ViewerSender) -> None:
        """Forget what is open for a viewer that is gone; its answers are not sent any more."""


class ServerCalls:
    """Hands calls to what does them. Belongs to the bridge's event loop."""

    def __init__(self) -> None:
        self._operations: dict[str, ServerOperation] = {}

    def add(self, do: str, operation: ServerOperation) -> None:
        """Let ``operation`` do the calls of this name."""
        self._operations[do] = operation

    @staticmethod
    def concerns(call: Call) -> bool:
        """Return whether a call is asked of the bridge and not of a camera."""
        operation = OPERATIONS.get(call.do)
        return operation is not None and operation.server

    def take(self, viewer: ViewerSender, call: Call, answer: Answer) -> None:
        """Have a call done; ``answer`` gets exactly one reply, now or later."""
        operation = self._operations.get(call.do)
        if operation is None:
            answer(refusal(call.id, "unknown", f"this server does not know {call.do!r}"))
        else:
            operation.take(viewer, call, answer)

    def leave(self, viewer: ViewerSender) -> None:
        """Forget a viewer that is gone."""
        for operation in set(self._operations.values()):
            operation.leave(viewer)
