"""ControlRoom: all of control that a bridge has, and what runs in it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from pathlib import Path

from camstrm.bridge.control.audit import AuditRecord, AuditTrail
from camstrm.bridge.control.audit_file import AuditFile
from camstrm.bridge.control.gate import ControlGate
from camstrm.bridge.control.role import Grant, Role
from camstrm.bridge.control.rules import FeatureRules
from camstrm.bridge.control.shares import ShareDesk
from camstrm.bridge.control.token_book import TokenBook
from camstrm.bridge.control.viewer import CallingViewer
from camstrm.config import ControlSettings
from camstrm.wire import CameraInfo, Leases

__all__ = ["ControlRoom"]

LOOK_S = 1.0
"""Seconds between two looks at the file of tokens and the clock: how long somebody whose token was
revoked still sees pictures. What they call is refused at once after the file was read."""

CLOSE_S = 1.0
"""Seconds that the last lines of the audit file get when the bridge stops."""


class ControlRoom:
    """Tokens, gate and audit of one bridge. Belongs to its event loop."""

    def __init__(
        self,
        settings: ControlSettings,
        folder: Path,
        shared: Iterable[tuple[str, Role]],
        cameras: Callable[[], Mapping[int, CameraInfo]],
        publish: Callable[[Leases], None],
        config_file: str = "",
        note: Callable[[AuditRecord], None] = lambda _: None,
    ) -> None:
        """``folder``: where named tokens and the audit file are. ``shared``: other tokens.

        ``cameras``: by index, as they are now. ``publish``: gives leases to all viewers. ``note``:
        gets the record of each change that was made. Raises ConfigError if the file of tokens
        cannot be used.
        """
        self.tokens = TokenBook(folder, shared)
        self.trail = AuditTrail(AuditFile(folder))
        """What was changed, on its way to the file."""
        rules = FeatureRules(settings, config_file)
        self.gate = ControlGate(self.tokens, rules, self.trail, cameras, publish, note=note)

        def add(record: AuditRecord) -> None:
            self.trail.add(record)
            note(record)

        self.shares = ShareDesk(folder, cameras, add, self.look_once)

    def reload(
        self, settings: ControlSettings, shared: Iterable[tuple[str, Role]], config_file: str
    ) -> bool:
        """Let these rules and shared tokens hold; return whether the tokens are others.

        Who watches with one that is no more is dismissed at the next look.
        """
        self.gate.judge_by(FeatureRules(settings, config_file))
        return self.tokens.share(shared)

    @contextlib.contextmanager
    def present(self, viewer: CallingViewer, grant: Grant) -> Iterator[None]:
        """Know a viewer while the block runs."""
        self.gate.join(viewer, grant)
        try:
            yield
        finally:
            self.gate.leave(viewer)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look after tokens, leases and audit file while the block runs."""
        looks = asyncio.create_task(self._look(), name="bridge control")
        writes = asyncio.create_task(self.trail.run(), name="bridge audit")
        try:
            yield
        finally:
            looks.cancel()
            await self.shares.close()
            self.trail.stop()
            await asyncio.wait({looks, writes}, timeout=CLOSE_S)
            writes.cancel()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look_once()

    async def look_once(self) -> None:
        """Read the named tokens if their file has changed, and end what is over."""
        await self.tokens.refresh()
        self.gate.look()
