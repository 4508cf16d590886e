"""Knobs and counters of a simulated camera, for all processes that have loaded it.

A camera's control file is mapped by the simulator in each process and by this class; its
64-bit slots are those of ``producer/slots.def``, in that order. What is written here, the
simulator sees at its next frame or call.
"""

from __future__ import annotations

import mmap
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["SLOTS", "CameraControl"]

_DEFINITION = Path(__file__).with_name("producer") / "slots.def"
_MAGIC_BYTES = 64
_SLOT_BYTES = 8
_POLL_S = 0.005


def _read_definition() -> dict[str, tuple[str, str]]:
    found = re.findall(
        r'^(KNOB|COUNTER|STATE)\((\w+), "([^"]*)"\)$', _DEFINITION.read_text(), re.MULTILINE
    )
    return {name: (kind, text) for kind, name, text in found}


SLOTS: dict[str, tuple[str, str]] = _read_definition()
"""Slot name: (KNOB, COUNTER or STATE, what it does), in the order of the file."""

# What has happened does not become undone.
_KEPT = ("plug_count", "power_cycles", "line_pulses", "moved")

_INDEX = {name: i for i, name in enumerate(SLOTS)}

SILENT = 1
"""Value of the knob ``unplugged``: every status looks healthy, no frame comes."""

LOUD = 2
"""The same: the first register access blocks and times out, the next ones fail."""


class CameraControl:
    """Reads all slots and sets the knobs of one camera (or of an interface).

    May be opened before any process has loaded the simulator, and any number of times.
    """

    def __init__(self, folder: Path, name: str) -> None:
        size = _MAGIC_BYTES + _SLOT_BYTES * len(SLOTS)
        file = os.open(folder / f"{name}.camsim", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # The simulator makes the file longer, never shorter.
            if os.fstat(file).st_size < size:
                os.ftruncate(file, size)
            self._memory = mmap.mmap(file, size)
        finally:
            os.close(file)
        self._bytes = memoryview(self._memory)[_MAGIC_BYTES:]
        # Whole 64-bit words: each is written and read at once.
        self._words = self._bytes.cast("Q")

    def __enter__(self) -> CameraControl:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Unmap the file; the knobs stay as they are."""
        self._words.release()
        self._bytes.release()
        self._memory.close()

    def __getitem__(self, slot: str) -> int:
        """Return the value of a knob, counter or state."""
        return self._words[_INDEX[slot]]

    def set(self, **knobs: int) -> None:
        """Set knobs; raise KeyError for what is none."""
        for name in knobs:
            if SLOTS[name][0] != "KNOB":
                raise KeyError(name)
        for name, value in knobs.items():
            self._words[_INDEX[name]] = value

    def clear(self) -> None:
        """Set every knob to 0, which is healthy; what counts unpluggings and moves stays."""
        for name, (kind, _) in SLOTS.items():
            if kind == "KNOB" and name not in _KEPT:
                self._words[_INDEX[name]] = 0

    def counters(self) -> dict[str, int]:
        """Return all counters and states."""
        return {name: self[name] for name, (kind, _) in SLOTS.items() if kind != "KNOB"}

    def unplug(self, *, loud: bool = False, keep_settings: bool = False) -> None:
        """Take the camera away; what has it open gets no frame from it any more.

        Silent: nothing tells. ``loud``: register accesses fail after the control timeout.
        Its settings are lost unless ``keep_settings`` (the link was cut, not the power).
        """
        self.set(unplugged=LOUD if loud else SILENT)
        if not keep_settings:
            self.set(power_cycles=self["power_cycles"] + 1)
        self.set(plug_count=self["plug_count"] + 1)

    def replug(
        self, *, interface_number: int | None = None, port_number: int | None = None
    ) -> None:
        """Bring the camera back, to another interface (1, 2, ...) or port if told."""
        if interface_number is not None:
            self.set(interface_number=interface_number)
        if port_number is not None:
            self.set(port_number=port_number)
        self.set(unplugged=0)

    def move(self) -> None:
        """Bring the camera (unplugged or not) back at once under another device id.

        As a GigE camera with a new IP address: what has it open gets no frame from it any
        more; the old id stays listed until the next device list update, and whoever opens
        by it is refused (ACCESS_DENIED).
        """
        self.unplug()
        self.set(moved=self["moved"] + 1)
        self.replug()

    def pulse(self) -> None:
        """Send one pulse to the camera's hardware trigger."""
        self.set(line_pulses=self["line_pulses"] + 1)

    def wait_until(self, holds: Callable[[CameraControl], bool], timeout_s: float = 10.0) -> bool:
        """Wait until ``holds(self)``; False when it does not within the timeout."""
        deadline = time.monotonic() + timeout_s
        while not holds(self):
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True
