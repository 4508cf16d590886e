"""Call every function of the simulator with wrong arguments, thousands of times.

``python -m tests.simulator.misuse CTI CALLS SEED`` prints how often each GC_ERROR came, as
JSON. It is run in a process of its own: what is looked for is a crash, or what the
sanitizers find.
"""

from __future__ import annotations

import ctypes
import json
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from ctypes import byref, c_bool, c_char_p, c_size_t, c_uint64, c_void_p
from typing import Any

from tests.simulator.gentl_signatures import FUNCTIONS, SIGNATURES
from tests.simulator.raw_gentl import OpenCamera, RawGentl

__all__ = ["misuse"]

_PIECES, _PIECE_BYTES = 64, 16384
_SIZES = (0, 1, 8, 64)
_NUMBERS = (0, 1, 2, 3, 7, 31, 1000, -1, 0x7FFFFFFF)
_ADDRESSES = (0, 1, 0x10000, 0x10008, 0x100C0, 0x10000000, 0xFFFFFFFFFFFFFFF8)
_GARBAGE = (0, 1, 0xDEADBEEF, 0xFFFFFFFFFFFFFFFF)

# With a good handle they would end the play: they get garbage only.
_CLOSING = ("TLClose", "IFClose", "DevClose", "DSClose")
_LIFETIME = ("GCInitLib", "GCCloseLib")
_NO_HANDLE_FIRST = ("GCGetLastError", "TLOpen")
_BUFFER_SECOND = ("DSRevokeBuffer", "DSQueueBuffer", "DSGetBuffer", "DSGetNumBuffer")


class _Player:
    """Makes calls. Handles are any numbers; pointers are NULL or memory of the player's own."""

    def __init__(self, gentl: RawGentl, seed: int, handles: Mapping[str, Sequence[int]]) -> None:
        """``handles``: by the prefix of the functions that they belong to."""
        self._gentl = gentl
        self._random = random.Random(seed)
        self._handles = handles
        self._all = [handle for group in handles.values() for handle in group]
        # Buffers that are announced stay so: the memory is kept.
        self._memory = [ctypes.create_string_buffer(_PIECE_BYTES) for _ in range(_PIECES)]
        self._names: Sequence[bytes | None] = (None, b"", b"x" * 300, b"Stream0")

    def play(self) -> int:
        """Call any function; return its GC_ERROR."""
        name = self._random.choice(FUNCTIONS)
        if name in _LIFETIME:
            return 0
        kinds = SIGNATURES[name]
        arguments = [self._argument(name, place, kind) for place, kind in enumerate(kinds)]
        return self._gentl.code(name, *arguments)

    def _argument(self, name: str, place: int, kind: Any) -> Any:
        choose = self._random.choice
        if kind is c_char_p:
            return choose(self._names)
        if kind is c_size_t:
            return choose(_SIZES)
        if kind is c_uint64:
            # A long timeout would be waited for.
            return 0 if name == "EventGetData" else choose(_ADDRESSES)
        if kind is not c_void_p:
            return choose(_NUMBERS)
        is_buffer = place == 1 and name.startswith(_BUFFER_SECOND)
        if is_buffer or (place == 0 and name not in _NO_HANDLE_FIRST):
            return self._handle("Buffer" if is_buffer else name)
        return choose((None, self._piece(), self._piece()))

    def _handle(self, name: str) -> int:
        right = [
            h for prefix, group in self._handles.items() if name.startswith(prefix) for h in group
        ]
        if name in _CLOSING or not self._all or self._random.random() < 0.1:
            return self._random.choice(_GARBAGE)
        if not right or self._random.random() < 0.2:
            return self._random.choice(self._all)
        return self._random.choice(right)

    def _piece(self) -> int:
        # Begins with a number, as the size of what is asked for.
        piece = self._random.choice(self._memory)
        ctypes.memset(piece, 0, 64)
        c_uint64.from_buffer(piece).value = self._random.choice(_SIZES)
        return ctypes.addressof(piece)


def misuse(cti: str, calls: int, seed: int) -> dict[int, int]:
    """Play before GCInitLib, then with open modules; return GC_ERROR: how often."""
    counts: Counter[int] = Counter()
    gentl = RawGentl(cti)
    closed = _Player(gentl, seed, {})
    counts.update(closed.play() for _ in range(calls // 10))
    with gentl:
        interfaces = gentl.open_interfaces()
        device = gentl.text("IFGetDeviceID", interfaces[0], 0).encode()
        serial = gentl.info("IFGetDeviceInfo", interfaces[0], device, 7)
        with OpenCamera(gentl, interfaces, serial) as camera:
            handles = {
                "IF": interfaces,
                "Dev": [camera.device],
                "DS": [camera.stream],
                "Event": [camera.event],
                "GC": [*interfaces, camera.device, camera.port, camera.stream],
                "Buffer": camera.announce(3),
            }
            player = _Player(gentl, seed, handles)
            for i in range(calls):
                if i % 50 == 0:
                    gentl.do("IFUpdateDeviceList", interfaces[0], byref(c_bool()), 0)
                counts[player.play()] += 1
    return dict(sorted(counts.items()))


def main(arguments: Sequence[str]) -> None:
    """Child side."""
    cti, calls, seed = arguments
    print(json.dumps(misuse(cti, int(calls), int(seed))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
