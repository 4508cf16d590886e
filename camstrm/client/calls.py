"""ClientCalls: what was asked of cameras and is not answered, without input and output."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from camstrm.errors import CallError, WireError
from camstrm.wire import Call, Reply, pack, unpack
from camstrm.wire.operations import OPERATIONS, Arguments

__all__ = ["Answer", "ClientCalls"]

Answer = Callable[[Struct | CallError], None]
"""Takes the result of a call, or why there is none; called once."""


class ClientCalls:
    """Makes calls with ids of their own and hands each reply to who asked. For one loop."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[str, Answer]] = {}
        """Operation and answer of each open call, by its id."""
        self._last_id = 0
        """Of the last call; ids are not used again."""

    def __len__(self) -> int:
        return len(self._open)

    def call(self, camera: int, do: str, arguments: Arguments | None, answer: Answer) -> Call:
        """Return the message of a call; ``answer`` gets its result.

        Raises CallError for an operation that there is not, WireError for arguments that
        cannot be sent.
        """
        operation = OPERATIONS.get(do)
        if operation is None:
            raise CallError(f"no operation {do!r}, only {', '.join(OPERATIONS)}", code="unknown")
        with_ = pack(arguments or operation.arguments())
        self._last_id += 1
        self._open[self._last_id] = do, answer
        return Call(self._last_id, camera, do, with_)

    def forget(self, answer: Answer) -> None:
        """Let a call's reply, when it comes, go nowhere: its caller has given up."""
        self._open = {i: call for i, call in self._open.items() if call[1] is not answer}

    def reply_received(self, reply: Reply) -> None:
        """Give the caller the result; a reply to nothing that is open is passed over."""
        call = self._open.pop(reply.id, None)
        if call is None:
            return
        do, answer = call
        if not reply.ok:
            answer(CallError(reply.problem, reply.remedy, reply.code or "failed"))
            return
        try:
            result = unpack(reply.result, OPERATIONS[do].result, do)
        except WireError as error:
            answer(CallError(f"the server's reply cannot be read: {error}"))
        else:
            answer(result)

    def connection_lost(self, problem: str) -> None:
        """Answer what is open: the replies will never come."""
        calls, self._open = self._open, {}
        for _, answer in calls.values():
            answer(CallError(problem, code="gone"))
