"""Python runs this at its start when this folder is in PYTHONPATH: a wall clock that can be set.

``CAMSTRM_CLOCK_FILE``: a file of 8 bytes, a signed number of microseconds (little-endian) by which
``time.time`` and ``time.time_ns`` are ahead, in this process and in its children.
"""

from __future__ import annotations

import mmap
import os
import struct
import time

_file = os.environ.get("CAMSTRM_CLOCK_FILE")

if _file:
    with open(_file, "rb") as _opened:  # noqa: PTH123  before anything else is imported
        _ahead = mmap.mmap(_opened.fileno(), 8, prot=mmap.PROT_READ)
    _time_ns = time.time_ns

    def _set_time_ns() -> int:
        return _time_ns() + 1000 * int(struct.unpack("<q", _ahead[:8])[0])

    def _set_time() -> float:
        return _set_time_ns() / 1e9

    time.time_ns = _set_time_ns
    time.time = _set_time
