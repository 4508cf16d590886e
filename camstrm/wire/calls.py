"""Call and reply: anything that can be asked of a camera, and the one answer that each call gets.

Carriers pass both on without looking into ``with`` and ``result``. What these hold is one
struct for each operation (operations.py).
"""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec
from msgspec import Raw, Struct, field

from camstrm.camera_state import Count
from camstrm.errors import WireError
from camstrm.wire.json_text import SIXTY_FOUR_BITS, encode_json, explained, json_object
from camstrm.wire.messages import Message

MAX_CALLS = 8
"""Calls of one viewer that may be open at a time."""

MAX_WAITING_CALLS = 16
"""Calls that may wait for one camera."""

CALL_TIMEOUT_S = 10.0
"""Seconds after which a call is answered in any case."""

MAX_CALL_DATA = 256 * 1024 * 1024
"""Bytes of data that may belong to one reply."""

_EMPTY = Raw(b"{}")

Code = Literal[
    "",
    "busy",
    "failed",
    "gone",
    "locked",
    "refused",
    "replaced",
    "timeout",
    "unknown",
    "wrong",
]
"""Why a call failed, for programs: too many calls; the camera refused or could not; the camera or
its process is not there; the feature can be set only while the camera is stopped; the caller may
not; a newer value for the same feature came; no answer within the deadline; no such operation,
camera or feature; the arguments are wrong. A reader takes others for "failed"."""


class Call(Message, frozen=True, tag="call"):
    """From a viewer: do ``do`` with ``with`` at camera ``camera``, and send a reply with ``id``.

    ``id`` is chosen by the sender, who takes another for each call that is open.
    """

    id: Count
    camera: Count
    do: str
    with_: Raw = field(default=_EMPTY, name="with")


class Reply(Message, frozen=True, tag="reply", omit_defaults=True):
    """The one answer to the call with this ``id``.

    ``ok``: ``result`` is what the operation returns. Otherwise ``problem`` is a sentence for
    the user, ``remedy`` says what to do (may be empty) and ``code`` is for programs.
    """

    id: Count
    ok: bool
    result: Raw = _EMPTY
    problem: str = ""
    remedy: str = ""
    code: str = ""


S = TypeVar("S", bound=Struct)


def refusal(call_id: int, code: Code, problem: str, remedy: str = "") -> Reply:
    """Return the reply to a call that failed."""
    return Reply(call_id, ok=False, problem=problem, remedy=remedy, code=code)


def pack(data: Struct) -> Raw:
    """Return ``with`` or ``result``. Raises WireError for NaN, infinity and foreign objects."""
    try:
        return Raw(encode_json(data))
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(type(data).__name__, f"cannot be written as JSON ({error})") from None


def unpack(raw: Raw, cls: type[S], where: str) -> S:
    """Return ``with`` or ``result`` as the operation's struct.

    ``where`` is how an error names it. Raises WireError for anything else than that struct.
    """
    text = bytes(raw)
    try:
        data = msgspec.json.decode(text, type=cls)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            data = msgspec.convert(json_object(text.decode("utf-8", "replace"), where), cls)
        except msgspec.ValidationError as error:
            raise explained(where, str(error)) from None
    try:
        encode_json(data)
        SIXTY_FOUR_BITS.encode(data)
    except (OverflowError, ValueError):
        raise WireError(where, "a number is out of range") from None
    return data
