"""Whether this Python shows the error texts of a producer that are not UTF-8."""

from __future__ import annotations

import ctypes

__all__ = ["DECODES_ERROR_TEXTS"]


def _decodes() -> bool:
    set_error = ctypes.pythonapi.PyErr_SetString
    set_error.argtypes, set_error.restype = [ctypes.py_object, ctypes.c_char_p], None
    try:
        set_error(OSError, b"\xcf")
    except UnicodeDecodeError:
        return True
    except OSError:
        pass
    return False


DECODES_ERROR_TEXTS = _decodes()
"""UnicodeDecodeError instead of the GenTL exception. Older Pythons (3.10.13, Debian's 3.11.2) lose
the text and keep the exception's class."""
