"""The genicam binding, importable also where Python has no shared library (libpython_stub.py).

Errors whose text is not UTF-8 are raised as what they are (see error_text.py).
"""

from __future__ import annotations

import re

from camstrm.acquisition.gentl.error_text import GentlErrorTranslator
from camstrm.acquisition.gentl.libpython_stub import can_load_stub, load_stub
from camstrm.acquisition.gentl.library import GcError

__all__ = ["genapi", "gentl"]


def _camel_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


try:
    from genicam import genapi, gentl
except ImportError as _error:
    _missing = re.search(r"libpython3[\d.]*\.so[\d.]*", str(_error))
    if _missing is None or not can_load_stub():
        raise
    load_stub(_missing.group())
    from genicam import genapi, gentl

# The classes of gentl look their C functions up in this name at each call.
_names = vars(gentl)
if not isinstance(_names["_gentl"], GentlErrorTranslator):
    _names["_gentl"] = GentlErrorTranslator(
        _names["_gentl"],
        {
            code: kind
            for code in GcError
            if (kind := _names.get(f"{_camel_case(code.name)}Exception")) is not None
        },
        gentl.GenericException,
    )
