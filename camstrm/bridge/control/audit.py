"""AuditTrail: who changed what. Without it nothing is changed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import deque
from datetime import datetime, timezone

import msgspec
from msgspec import Struct

from camstrm.bridge.control.audit_file import AuditFile
from camstrm.feature import FeatureValue, Selectors
from camstrm.log_lines import about_camera

__all__ = ["AuditRecord", "AuditTrail"]

_log = logging.getLogger("camstrm.bridge.audit")

MAX_WAITING = 2000
"""Lines that may wait for the disk. Each is of a change that was made, so none is dropped:
with as many waiting, the next change is refused."""

LONGEST_TEXT = 1000
"""Characters of a text that are written: a feature may hold a file."""

RETRY_S = 1.0
"""Seconds between two attempts at a file that cannot be written."""


class AuditRecord(Struct, frozen=True):
    """One change: ``time`` in UTC, who from where, which camera, what, and what came of it.

    ``old`` and ``new``: values before and after, None where there is none or it is not known.
    ``wanted``: what was asked for. ``result``: "ok", or why not.
    """

    time: str
    name: str
    role: str
    address: str
    viewer: int
    camera: str
    serial: str
    do: str
    feature: str = ""
    selectors: Selectors = {}
    old: FeatureValue | None = None
    new: FeatureValue | None = None
    wanted: FeatureValue | None = None
    result: str = "ok"

    def __str__(self) -> str:
        parts = [
            f"{_shown(self.name)} ({self.role}, {self.address}, viewer {self.viewer}):",
            f"{self.do} of {_shown(self.camera)}",
        ]
        if self.feature:
            selected = "".join(f"[{_shown(k)}={_shown(v)}]" for k, v in self.selectors.items())
            parts.append(f"{_shown(self.feature)}{selected}:")
            parts.append(f"{_shown(self.old)} -> {_shown(self.new)}")
        elif self.wanted is not None:
            parts.append(_shown(self.wanted))
        if self.result != "ok":
            parts.append(f"({_shown(self.result)})")
        return " ".join(parts)


def utc_text(now: datetime | None = None) -> str:
    """Return the time as it stands in the file."""
    now = now or datetime.now(timezone.utc)
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shortened(value: FeatureValue | None) -> FeatureValue | None:
    """Return a value as it is written down: long texts are cut off."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:LONGEST_TEXT]}... ({len(value)} characters)"
    return value


class AuditTrail:
    """Keeps records until the file has them. Belongs to the bridge's event loop.

    The disk is written to in a thread: one that hangs holds up no picture.
    """

    def __init__(self, file: AuditFile) -> None:
        self._file = file
        self.added = 0
        """Records since the start."""
        self._waiting: deque[bytes] = deque()
        """Lines that the file does not have yet, oldest first."""
        self._news = asyncio.Event()
        """Set while lines wait."""
        self._stop = asyncio.Event()
        """Set when the bridge stops: one more attempt, and run() ends."""
        self._failure = ""
        """Why the file could not be written last time, "" if it could."""

    @property
    def problem(self) -> str:
        """Why nothing may be changed now; "" as long as all can be written down."""
        if self._failure:
            return f"the audit file {self._file.path} cannot be written ({self._failure})"
        if len(self._waiting) >= MAX_WAITING:
            return f"{len(self._waiting)} lines wait for the audit file {self._file.path}"
        return ""

    @property
    def waiting(self) -> int:
        """Lines that the file does not have yet."""
        return len(self._waiting)

    def add(self, record: AuditRecord) -> None:
        """Write a record to the log, and to the file as soon as the disk takes it."""
        with about_camera(record.camera, record.serial):
            _log.info("%s", record, extra=_fields(record))
        # ASCII only: some readers also end a line at U+2028.
        text = json.dumps(msgspec.structs.asdict(record), separators=(",", ":"))
        self.added += 1
        self._waiting.append(text.encode() + b"\n")
        self._news.set()

    async def run(self) -> None:
        """Write what is added, until :meth:`stop`."""
        while True:
            last = self._stop.is_set()
            await self._attempt()
            if last:
                break
            with contextlib.suppress(asyncio.TimeoutError):
                # With a failure the next attempt comes after a while, else with the next line.
                event = self._stop if self._failure else self._news
                await asyncio.wait_for(event.wait(), RETRY_S if self._failure else None)
        if self._waiting:
            _log.error("%d changes are missing in %s", len(self._waiting), self._file.path)

    def stop(self) -> None:
        """Let run() write what still waits and end."""
        self._stop.set()
        self._news.set()

    async def _attempt(self) -> None:
        lines = list(self._waiting)
        try:
            if lines:
                await asyncio.to_thread(self._file.append, lines)
            else:
                await asyncio.to_thread(self._file.probe)
        except OSError as error:
            failure = error.strerror or str(error)
            if failure != self._failure:
                self._failure = failure
                _log.error("%s: no camera can be changed until it can", self.problem)
            return
        if self._failure:
            _log.warning("the audit file %s can be written again", self._file.path)
        self._failure = ""
        for _ in lines:
            self._waiting.popleft()
        if not self._waiting and not self._stop.is_set():
            self._news.clear()


def _fields(record: AuditRecord) -> dict[str, object]:
    """Return what a JSON line has beside the sentence; camera and serial number are there."""
    return {
        "person": record.name,
        "role": record.role,
        "address": record.address,
        "viewer": record.viewer,
        "do": record.do,
        "feature": record.feature,
        "result": record.result,
    }


def _shown(value: object) -> str:
    """Return a value for one line of the log: what is not printable is escaped."""
    if value is None:
        return "?"
    if isinstance(value, str):
        return value if value.isprintable() and value else json.dumps(value)
    return str(value)
