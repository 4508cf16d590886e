"""CallDesk: takes the calls that come to a camera process to their handlers, and replies back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from camstrm.errors import CallError, CamstrmError, WireError
from camstrm.grab.camera.reply_queue import ReplyQueue
from camstrm.wire import (
    CALL_TIMEOUT_S,
    MAX_WAITING_CALLS,
    OPERATIONS,
    PROCESS_UP,
    Call,
    Reply,
    pack,
    refusal,
    unpack,
)
from camstrm.wire.bundle import Buffer
from camstrm.wire.calls import Code
from camstrm.wire.operations import Arguments, SetFeature, WatchValues

__all__ = ["CallDesk", "Handler", "OpenCall"]

_log = logging.getLogger(__name__)

MAX_WATCHES = 1024
"""Calls of ``watch`` that may wait at one camera. They wait by their nature and take no place
among the MAX_WAITING_CALLS; a bridge has at most 8 open calls for each of its 100 viewers."""

WAIT_S = CALL_TIMEOUT_S - 0.5
"""Seconds after which a call that still waits is not begun any more: before its caller's
deadline is over, so that nothing is done whose failure was reported to the caller."""

_Key: TypeAlias = tuple[int, str, tuple[tuple[str, str | int], ...]]
"""What a ``set`` writes: camera, feature, selectors."""


class OpenCall:
    """A call that was decoded and has no reply yet.

    Any thread may answer it, by :meth:`succeed`, :meth:`fail` or :meth:`refuse`; the first
    answer counts, later ones are dropped. A thread with a queue of its own calls
    :meth:`begin` when the call's turn comes.
    """

    __slots__ = ("_desk", "arguments", "camera", "do", "id", "since_s", "state", "successor")

    def __init__(self, desk: CallDesk, call: Call, arguments: Arguments, since_s: float) -> None:
        self.camera = call.camera
        """Index of the camera in bundles."""
        self.do = call.do
        """Name of the operation."""
        self.arguments = arguments
        """The operation's struct, as OPERATIONS says."""
        self.id = call.id
        """The id in the grabber's own numbering."""
        self.since_s = since_s
        """When it came, in seconds of the desk's clock."""
        self.state: Literal["waits", "begun", "answered"] = "waits"
        """Only the desk changes it, under its lock."""
        self.successor: OpenCall | None = None
        """The newer ``set`` for the same feature that has replaced it; as ``state``."""
        self._desk = desk

    def begin(self) -> OpenCall | None:
        """Return the call that is to be done now in this one's turn.

        It is the newest ``set`` for the same feature, or this call itself; None if nothing is
        to be done: it was begun in an earlier turn, or waited too long.
        """
        return self._desk.begin(self)

    def succeed(self, result: Struct, data: Sequence[Buffer] = ()) -> None:
        """Reply with the operation's result; ``data`` goes with it and must not change."""
        try:
            reply = Reply(self.id, ok=True, result=pack(result))
            text = PROCESS_UP.encode(reply)
        except WireError as error:
            _log.error("the answer to %s cannot be sent: %s", self.do, error)
            self.refuse("failed", f"the answer cannot be sent ({error})")
            return
        self._desk.answer(self, text, data)

    def fail(self, error: CallError) -> None:
        """Reply that it was not done, and why."""
        self._refuse(error.code, error.problem, error.remedy)

    def refuse(self, code: Code, problem: str, remedy: str = "") -> None:
        """Reply that it was not done, and why."""
        self._refuse(code, problem, remedy)

    def _refuse(self, code: str, problem: str, remedy: str) -> None:
        reply = Reply(self.id, ok=False, problem=problem, remedy=remedy, code=code)
        self._desk.answer(self, PROCESS_UP.encode(reply))


Handler: TypeAlias = Callable[[OpenCall], None]
"""Takes a call on the main thread, between two pictures: it returns at once and leaves what
takes time to a thread of its own. What it raises is the reply, CallError with its own words."""


class CallDesk:
    """Finds the handler of each call; sees to it that each gets one reply.

    :meth:`take` and :meth:`register` belong to the main thread, which sends what
    ``replies`` holds. At most MAX_WAITING_CALLS wait for one camera. A ``set`` whose turn has
    not come is replaced by a newer one for the same feature. ``clock``: seconds, monotonic.
    """

    def __init__(
        self, wake: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Call ``wake`` from any thread when there is a reply to send."""
        self.replies = ReplyQueue(wake)
        self._clock = clock
        self._handlers: dict[int, dict[str, Handler]] = {}
        """By camera and operation; the main thread's alone."""
        self._names: dict[int, str] = {}
        """What a reply calls each camera; the main thread's alone."""
        self._lock = threading.Lock()
        """Guards all that follows, and the state of the calls."""
        self._open: dict[int, set[OpenCall]] = {}
        """Calls without a reply, by camera, but those of ``watch``."""
        self._watches: dict[int, set[OpenCall]] = {}
        """Those of ``watch``, by camera."""
        self._sets: dict[_Key, OpenCall] = {}
        """The ``set`` for each feature whose turn has not come."""

    def register(self, camera: int, name: str, handlers: Mapping[str, Handler]) -> None:
        """Add what can be asked of a camera; ``name`` is what replies call it."""
        self._names[camera] = name
        self._handlers.setdefault(camera, {}).update(handlers)

    def take(self, call: Call) -> None:
        """Hand a call to its handler, or refuse it."""
        problem = self._dispatch(call)
        if problem is not None:
            self.replies.put(PROCESS_UP.encode(problem))

    def _dispatch(self, call: Call) -> Reply | None:
        """Return a refusal where there is nobody who could answer."""
        handlers = self._handlers.get(call.camera)
        if handlers is None:
            return refusal(call.id, "unknown", f"camera {call.camera} is not one of this process")
        name, do = self._names[call.camera], call.do[:64]
        operation, handler = OPERATIONS.get(call.do), handlers.get(call.do)
        if operation is None or handler is None:
            known = ", ".join(sorted(handlers)) or "none"
            return refusal(
                call.id,
                "unknown",
                f"camera {name} has no operation {do!r}",
                f"Operations: {known}",
            )
        try:
            arguments = unpack(call.with_, operation.arguments, f"{do}.with")
        except WireError as error:
            return refusal(call.id, "wrong", str(error))
        opened = OpenCall(self, call, arguments, self._clock())
        if not self._admit(opened):
            return refusal(
                call.id,
                "busy",
                f"{MAX_WAITING_CALLS} calls wait for camera {name} already",
                "Ask again when some of them have been answered",
            )
        try:
            handler(opened)
        except CallError as error:
            opened.fail(error)
        except CamstrmError as error:
            opened.refuse("failed", str(error))
        except Exception as error:  # noqa: BLE001  # the reply says it, and the pictures go on
            _log.exception("camera %s: %s failed", name, do)
            opened.refuse("failed", f"{do} failed ({type(error).__name__}: {error})")
        return None

    def begin(self, call: OpenCall) -> OpenCall | None:
        """See :meth:`OpenCall.begin`. Any thread may call it."""
        with self._lock:
            while call.successor is not None:
                call = call.successor
            late = self._clock() - call.since_s >= WAIT_S
            if call.state != "waits":
                return None
            if not late:
                call.state = "begun"
                self._forget_set(call)
                return call
        call.refuse(
            "timeout",
            f"it was not begun within {WAIT_S:g} s, because the camera was busy with others",
            "Ask again",
        )
        return None

    def answer(self, call: OpenCall, text: bytes, data: Sequence[Buffer] = ()) -> None:
        """Send the first answer of a call. Any thread may call it."""
        with self._lock:
            if call.state == "answered":
                return
            call.state = "answered"
            self._forget_set(call)
            for places in (self._open, self._watches):
                places.get(call.camera, set()).discard(call)
        if not data:
            self.replies.put(text)
        elif not self.replies.put_with_data(call.id, data, text):
            problem = "the answers that wait to be sent leave no room for its data"
            self.replies.put(PROCESS_UP.encode(refusal(call.id, "busy", problem, "Ask again")))

    def close(self) -> None:
        """Drop all replies from now on: nobody hears them."""
        self.replies.close()

    def _admit(self, call: OpenCall) -> bool:
        """Give a call its place, that of an older ``set`` for the same feature if there is one."""
        watches = isinstance(call.arguments, WatchValues)
        place = (self._watches if watches else self._open).setdefault(call.camera, set())
        key = _key(call)
        with self._lock:
            replaced = self._sets.get(key) if key is not None else None
            if replaced is None and len(place) >= (MAX_WATCHES if watches else MAX_WAITING_CALLS):
                return False
            place.add(call)
            if key is not None:
                self._sets[key] = call
            if replaced is not None:
                replaced.successor = call
        if replaced is not None:
            replaced.refuse("replaced", "a newer value for the same feature came before its turn")
        return True

    def _forget_set(self, call: OpenCall) -> None:
        """Let no newer value take the place of ``call``; under the lock."""
        key = _key(call)
        if key is not None and self._sets.get(key) is call:
            del self._sets[key]


def _key(call: OpenCall) -> _Key | None:
    arguments = call.arguments
    if not isinstance(arguments, SetFeature):
        return None
    return call.camera, arguments.feature, tuple(sorted(arguments.selectors.items()))
