"""ClientCalls: what was asked of cameras and is not answered, without input and output."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from camstrm.errors import CallError, WireError
from camstrm.wire import FROM_VIEWER, Call, Reply, pack, unpack
from camstrm.wire.operations import OPERATIONS, Arguments

__all__ = ["Answer", "ClientCalls"]

Answer = Callable[[Struct | CallError], None]
"""Takes the result of a call, or why there is none; called once."""


class ClientCalls:
    """Makes calls with ids of their own and hands each reply to its caller. For one loop."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[str, Answer]] = {}
        """Operation and answer of each open call, by its id."""
        self._last_id = 0
        """Of the last call; ids are not used again."""

    def __len__(self) -> int:
        return len(self._open)

    def call(
        self,
        camera: int,
        do: str,
        arguments: Arguments | None,
        answer: Answer,
        *,
        max_size: int | None = None,
    ) -> Call:
        """Return the message of a call; ``answer`` gets its result.

        ``max_size``: bytes of a message that the server takes, None: not known. Raises CallError
        for an operation that there is not and for a message that is larger, WireError for
        arguments that cannot be sent.
        """
        operation = OPERATIONS.get(do)
        if operation is None:
            raise CallError(f"no operation {do!r}, only {', '.join(OPERATIONS)}", code="unknown")
        with_ = pack(arguments or operation.arguments())
        message = Call(self._last_id + 1, camera, do, with_)
        size = len(FROM_VIEWER.encode(message))
        if max_size is not None and size > max_size:
            problem = f"the call has {size} bytes, the server takes {max_size}"
            raise CallError(problem, "ask for less at a time", code="wrong")
        self._last_id = message.id
        self._open[message.id] = do, answer
        return message

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
            answer(
                CallError(reply.problem or "the call failed", reply.remedy, reply.code or "failed")
            )
            return
        try:
            result = unpack(reply.result, OPERATIONS[do].result, do)
        except WireError as error:
            answer(CallError(f"the server's reply cannot be read: {error}"))
        else:
            answer(result)

    def connection_lost(self, problem: str, remedy: str = "") -> None:
        """Answer what is open: the replies will never come."""
        calls, self._open = self._open, {}
        for _, answer in calls.values():
            answer(CallError(problem, remedy, code="gone"))
