"""What genicam raises, turned into camstrm's errors.

The GC_ERROR code is in the exception's text, as ``(ID: -1011)``. Texts that are not UTF-8
(Hikrobot: GBK) keep their bytes, see error_text.py; node maps still raise
UnicodeDecodeError for them on Python later than 3.11.2.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from camstrm.acquisition.gentl.binding import genapi, gentl
from camstrm.acquisition.gentl.error_text import code_in, decode_text, keep_bytes
from camstrm.acquisition.gentl.library import GcError, code_name
from camstrm.acquisition.gentl.register_error import RegisterError
from camstrm.errors import CameraError, CameraLostError, CameraRefusedError, CamstrmError

__all__ = ["GENTL_ERRORS", "camera_errors", "describe_error", "error_code", "value_or"]

D = TypeVar("D")
T = TypeVar("T")

_log = logging.getLogger(__name__)

GENTL_ERRORS: tuple[type[Exception], ...] = (
    gentl.GenericException,
    genapi.GenericException,
    UnicodeDecodeError,
)
"""Everything that a call into genicam or Harvesters raises for a producer's error."""

_CODES: dict[type[Exception], GcError] = {
    gentl.AccessDeniedException: GcError.ACCESS_DENIED,
    gentl.ResourceInUseException: GcError.RESOURCE_IN_USE,
    gentl.BusyException: GcError.BUSY,
    gentl.IoException: GcError.IO,
    gentl.TimeoutException: GcError.TIMEOUT,
    gentl.AbortException: GcError.ABORT,
    gentl.InvalidHandleException: GcError.INVALID_HANDLE,
}
"""For texts without a code: Python up to 3.11.2 drops a text that is not UTF-8."""


def value_or(default: D, read: Callable[[], T]) -> D | T:
    """Return what ``read`` returns; ``default`` where the producer or camera has no such thing."""
    with suppress(AttributeError, *GENTL_ERRORS):
        return read()
    return default


def error_code(error: BaseException) -> int | None:
    """Return the GC_ERROR code that an exception carries, None if it carries none."""
    if isinstance(error, RegisterError):
        return error.code
    code = code_in(_text(error, "gbk"))
    return _CODES.get(type(error)) if code is None else code  # type: ignore[arg-type]  # any class may be asked


def describe_error(error: BaseException, encoding: str = "gbk") -> str:
    """Return one readable line: the producer's own text and the GC_ERROR name.

    ``encoding`` is the producer's (profile quirk ``text_encoding``), used where its text
    is not UTF-8.
    """
    if isinstance(error, RegisterError):
        return error.meaning
    text = " ".join(_text(error, encoding).split())
    match = re.search(r"\(Message from the source: (.*?)\) \(ID:", text)
    code = error_code(error)
    if code is None:
        return _meant_by_genapi(text) or type(error).__name__
    name = code_name(code)
    detail = match.group(1) if match else ""
    return f"{detail} ({name} {code})" if detail else f"{name} {code}"


def _meant_by_genapi(text: str) -> str:
    """Return a text of GenApi without its end, which is for GenApi's own makers.

    "Node is not writable. : AccessException thrown in node 'Width' while calling
    'Width.SetValue()' (file 'IntegerT.h', line 150)".
    """
    meaning, _, origin = text.partition("Exception thrown")
    if not origin:
        return text
    meaning = re.sub(r"[.\s]*:?\s*\w*$", "", meaning)
    node = re.search(r"in node '(\w+)'", origin)
    return f"{meaning} (node {node.group(1)})" if node and meaning else meaning


def _text(error: BaseException, encoding: str) -> str:
    if isinstance(error, UnicodeDecodeError):
        return decode_text(keep_bytes(error.object), encoding)
    return decode_text(str(error), encoding)


@contextmanager
def camera_errors(camera: str, doing: str, encoding: str = "gbk") -> Iterator[None]:
    """Turn every exception of the body into a CameraError of ``camera``.

    ``doing`` completes "while ..." in the message. CameraRefusedError and CameraLostError
    differ by the GC_ERROR code. An exception of camstrm's own remains what it is.
    """
    try:
        yield
    except GENTL_ERRORS as error:
        code = error_code(error)
        detail = f"{describe_error(error, encoding)} while {doing}"
        if code in (GcError.ACCESS_DENIED, GcError.RESOURCE_IN_USE, GcError.BUSY):
            raise CameraRefusedError(camera, detail) from error
        if code in (GcError.IO, GcError.TIMEOUT, GcError.ABORT, GcError.INVALID_HANDLE):
            raise CameraLostError(camera, detail, "Check cable, power and link") from error
        raise CameraError(camera, detail) from error
    except CamstrmError:
        raise
    except Exception as error:
        # Harvesters lets KeyError, ValueError, AttributeError and OSError out of its
        # reading of a camera's XML.
        _log.debug("camera %s: while %s", camera, doing, exc_info=True)
        raise CameraError(camera, f"{_meaning(error)} while {doing}") from error


def _meaning(error: Exception) -> str:
    """Return what an exception of Python itself means for a camera, without its class."""
    text = " ".join(str(error).split())
    if isinstance(error, AttributeError):
        # The binding's own, for a node that the XML lacks, has no text but a cause with one.
        missing = re.search(r"attribute '(\w+)'", text) or re.fullmatch(r"(\w+)", text)
        name = f" ({missing.group(1)})" if missing else ""
        return f"a feature or property that is needed is not there{name}"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, KeyError):
        return f"a value that Harvesters does not know: {text}"
    if isinstance(error, MemoryError):
        return "not enough memory"
    return text or "Harvesters failed without a reason"
