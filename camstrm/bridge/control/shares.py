"""ShareDesk: the operations ``share``, ``shares`` and ``unshare``.

A share is a token of the same file as the others, with role view, for some cameras by name, with
an end. The file is written in a thread, so that a slow disk holds up no picture.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from camstrm.bridge.control.allowance import Allowance
from camstrm.bridge.control.audit import AuditRecord
from camstrm.bridge.control.records import record_of_call
from camstrm.bridge.control.refusal import Refusal
from camstrm.bridge.control.token_store import NamedToken, add_share, read_tokens, revoke_token
from camstrm.bridge.control.viewer import CallingViewer
from camstrm.errors import CallError, ConfigError, UsageError, WireError
from camstrm.wire import Call, CameraInfo, Reply, pack, refusal, unpack
from camstrm.wire.operation import Result
from camstrm.wire.server_operations import EndShare, ListShares, MakeShare, Share, Shares

__all__ = ["SHARE_CALLS_PER_S", "ShareDesk"]

SHARE_CALLS_PER_S = 10.0
"""Of all viewers together: each of them reads or writes a file."""

_T = TypeVar("_T", bound=Struct)


class ShareDesk:
    """Makes, lists and revokes shares for viewers that the gate has let through.

    Belongs to the bridge's event loop; it is a ServerOperation.
    """

    def __init__(
        self,
        folder: Path,
        cameras: Callable[[], Mapping[int, CameraInfo]],
        add: Callable[[AuditRecord], None],
        changed: Callable[[], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``folder``: of the file of tokens. ``cameras``: by index, as they are now.

        ``add`` writes down what was done; ``changed`` has the file read again at once, and sends
        away whose token is revoked.
        """
        self._folder = folder
        self._cameras = cameras
        self._add = add
        self._changed = changed
        self._calls = Allowance(SHARE_CALLS_PER_S, clock)
        self._tasks: set[asyncio.Task[None]] = set()
        """Calls that are being done."""

    def take(self, viewer: CallingViewer, call: Call, answer: Callable[[Reply], None]) -> None:
        """Do what a call says; ``answer`` gets the reply."""
        if not self._calls.take():
            problem = f"more than {SHARE_CALLS_PER_S:g} calls about shares a second"
            answer(Refusal(problem, "Ask again in a moment", "busy").to(call.id))
            return
        task = asyncio.create_task(self._do(viewer, call, answer), name="bridge share")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def leave(self, viewer: CallingViewer) -> None:
        """Let what a viewer that is gone has asked for be done nevertheless."""

    async def close(self) -> None:
        """Wait for what is being done."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)

    async def _do(self, viewer: CallingViewer, call: Call, answer: Callable[[Reply], None]) -> None:
        try:
            if call.do == "share":
                result: Struct = await self._share(viewer, call)
            elif call.do == "unshare":
                result = await self._unshare(viewer, call)
            else:
                result = await self._shares(call)
        except WireError as error:
            answer(Refusal(str(error), "", "wrong").to(call.id))
        except CallError as error:
            answer(refusal(call.id, "unknown", error.problem, error.remedy))
        except (UsageError, ConfigError) as error:
            answer(Refusal(str(error), "", "failed").to(call.id))
        else:
            answer(Reply(call.id, ok=True, result=pack(result)))

    async def _share(self, viewer: CallingViewer, call: Call) -> Share:
        wish = _wish(call, MakeShare)
        names = dict.fromkeys(self._name(index) for index in wish.cameras)
        # What stands in the file is one line in the list of tokens.
        note = "".join(c if c.isprintable() else " " for c in wish.note).strip()
        secret, token = await asyncio.to_thread(
            add_share,
            self._folder,
            tuple(names),
            timedelta(hours=wish.hours),
            note,
            viewer.name,
        )
        await self._changed()
        self._write_down(viewer, call, token)
        return replace(_shown(token), url_token=secret)

    async def _shares(self, call: Call) -> Shares:
        _wish(call, ListShares)
        tokens = await asyncio.to_thread(read_tokens, self._folder)
        now = datetime.now(timezone.utc)
        shares = [_shown(t) for t in tokens if t.is_share and not t.is_over(now)]
        return Shares(tuple(reversed(shares)))

    async def _unshare(self, viewer: CallingViewer, call: Call) -> Result:
        wish = _wish(call, EndShare)
        token = await asyncio.to_thread(revoke_token, self._folder, wish.id, shares_only=True)
        await self._changed()
        self._write_down(viewer, call, token)
        return Result()

    def _name(self, index: int) -> str:
        info = self._cameras().get(index)
        if info is None:
            raise CallError(f"there is no camera {index}", code="unknown")
        return info.name

    def _write_down(self, viewer: CallingViewer, call: Call, token: NamedToken) -> None:
        record = record_of_call(viewer, call, None)
        cameras = ", ".join(token.cameras or ())
        until = f" until {token.expires:%Y-%m-%dT%H:%MZ}" if token.expires is not None else ""
        note = f": {token.note}" if token.note else ""
        self._add(replace(record, camera=cameras, feature=token.name, result=f"ok{until}{note}"))


def _wish(call: Call, cls: type[_T]) -> _T:
    return unpack(call.with_, cls, f"{call.do}.with")


def _shown(token: NamedToken) -> Share:
    expires = token.expires or token.created
    return Share(
        token.name,
        int(expires.timestamp() * 1e6),
        int(token.created.timestamp() * 1e6),
        token.cameras or (),
        token.note,
        token.made_by,
    )
