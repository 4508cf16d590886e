"""Turn genicam's UnicodeDecodeErrors back into the GenTL exceptions that they hide.

The binding hands the producer's error text to Python as UTF-8. Where it is none (Hikrobot
answers in GBK), Python later than 3.11.2 raises UnicodeDecodeError in place of the GenTL
exception, even for "not implemented" and for a timeout, which Harvesters expects in a dozen
places (harvesters issues 442, 503 to 505). The bytes of that error hold ``(ID: -1003)``, so
that the exception meant can be made from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

__all__ = ["GentlErrorTranslator", "code_in", "decode_text", "keep_bytes"]

_ID = re.compile(r"\(ID: (-?\d+)\)")


def code_in(text: str) -> int | None:
    """Return the GC_ERROR code that the text of a GenTL exception holds, None for none."""
    match = _ID.search(text)
    return int(match.group(1)) if match else None


def keep_bytes(text: bytes) -> str:
    """Return bytes of an unknown encoding as a string from which they can be had again."""
    return text.decode("utf-8", "surrogateescape")


def decode_text(text: str, encoding: str) -> str:
    """Return a string of the binding as the producer meant it.

    What is not UTF-8 in it (see :func:`keep_bytes`) is read in ``encoding``.
    """
    data = text.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode(encoding, "replace")


class GentlErrorTranslator:
    """Stands in for the binding's module of C functions.

    Where a function raises UnicodeDecodeError it raises the GenTL exception that the error's
    bytes hold: the class that ``exceptions`` has for their GC_ERROR code, else ``other``.
    """

    def __init__(
        self, functions: Any, exceptions: dict[int, type[Exception]], other: type[Exception]
    ) -> None:
        self._functions = functions
        self._exceptions = exceptions
        self._other = other

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._functions, name)
        if isinstance(found, type) or not callable(found):
            return found
        wrapped = self._wrap(found)
        # So that this is asked once for each function.
        setattr(self, name, wrapped)
        return wrapped

    def _wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except UnicodeDecodeError as error:
                text = keep_bytes(error.object)
                code = code_in(text)
                kind = self._other if code is None else self._exceptions.get(code, self._other)
                raise kind(text) from None

        return call
