"""The grabber's main process: supervisor, bundle loop and feed put together."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from camstrm import __version__
from camstrm.config import Config
from camstrm.config.changes import Reloaded, changed_keys, with_keys
from camstrm.errors import BridgeTakenError
from camstrm.feed.feed import Feed
from camstrm.feed.sender import FeedReader
from camstrm.grab.bundle_loop import BundleLoop
from camstrm.grab.keep_desk import KeepDesk
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.spare_process import SpareProcesses
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.grab.running_clock import RunningClock
from camstrm.profiles import GentlProfile
from camstrm.wire import Demand, Hello, Limits, Status

__all__ = ["Grabber"]

_STATUS_S = 1.0
"""Between two reports to the readers of the feed."""

_LIVE = frozenset(
    (
        "log.level",
        "log.format",
        *(
            f"stream.{key}"
            for key in ("fps", "max_width", "max_height", "quality", "max_mbit", "max_views")
        ),
    )
)
"""Keys that a reload applies, beside those of the cameras. Of ``log`` the command that runs the
grabber applies what concerns this process."""

_OF_OTHERS = ("bridge.", "camera")
"""Beginnings of keys that are the bridge's or the supervisor's to take."""


class Grabber:
    """Grabs all cameras of a configuration and sends bundles to the bridge.

    Made and run in an event loop. No camera is touched while another grabber sends to the
    same bridge: :meth:`run` then raises BridgeTakenError or, with ``standby``, waits until
    that one has ended.
    """

    def __init__(
        self,
        config: Config,
        profiles: Mapping[str, GentlProfile],
        socket_path: str,
        *,
        log_level: str = "INFO",
        standby: bool = False,
        spares: SpareProcesses | None = None,
        config_file: str = "",
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        """``config_file``: where the configuration stands, empty if nowhere.

        ``alive``: called once a second while the bundle loop ticks as it should, for a watchdog.
        """
        self._config = config
        self._alive = alive
        self._standby = standby
        self._started = False  # whether cameras are looked for
        self._session = secrets.token_hex(8)
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[None] = self._loop.create_future()  # of run(), or its error
        self._running = RunningClock(self._loop)
        self._ledgers = Ledgers(config.cameras)
        self._supervisor = Supervisor(
            self._loop,
            self._running,
            config,
            profiles,
            self._ledgers,
            log_level=log_level,
            spares=spares,
        )
        self._keep = KeepDesk(config_file, self._ledgers, self._supervisor)
        self._feed = Feed(
            (FeedReader(socket_path),),
            self._hello,
            self._demanded,
            self._was_refused,
            on_call=self._keep.call,
            allowed_uids=config.socket.allowed_uids,
        )
        self._bundles = BundleLoop(
            self._loop, self._supervisor, self._ledgers, config.stream, self._feed.publish
        )
        self._status_timer: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Run until stopped; all camera processes have ended when it returns.

        Raises BridgeTakenError if the bridge has another grabber.
        """
        self._loop.set_exception_handler(self._failed)
        try:
            if not self._feed.start():
                self._start_cameras()
            self._status_timer = self._loop.call_later(_STATUS_S, self._send_status)
            await self._end
        finally:
            if self._status_timer is not None:
                self._status_timer.cancel()
            self._bundles.stop()
            self._supervisor.refuse_calls()
            await self._keep.stop()
            self._feed.stop()
            await self._supervisor.stop(self._config.process.stop_timeout_s)
            self._running.stop()

    def stop(self) -> None:
        """End :meth:`run` soon. Any thread or signal handler may call it, at any time."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended
            self._loop.call_soon_threadsafe(self._finish)

    async def reload(self, config: Config) -> Reloaded:
        """Take a configuration that was read again; cameras whose settings differ start again.

        Everything else goes on. What is not applied keeps the value of the start.
        """
        changed = changed_keys(self._config, config)
        applied = [key for key in changed if key in _LIVE]
        pending = [key for key in changed if key not in _LIVE and not key.startswith(_OF_OTHERS)]
        self._config = with_keys(self._config, config, _LIVE)
        if "log.level" in applied:
            self._supervisor.log_from(config.log.level.upper())
        cameras = self._supervisor.reload(self._config.stream, config.cameras)
        self._bundles.reload(self._config.stream)
        self._feed.announce()
        return Reloaded((*applied, *cameras.applied), (*pending, *cameras.pending))

    def _finish(self, error: Exception | None = None) -> None:
        if self._end.done():
            return
        if error is None:
            self._end.set_result(None)
        else:
            self._end.set_exception(error)

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Let an error in a callback end the grabber: what it left undone, nobody knows."""
        error = context.get("exception")
        if isinstance(error, Exception) and not self._end.done():
            self._finish(error)
        else:
            loop.default_exception_handler(context)

    def _start_cameras(self) -> None:
        if not self._started:
            self._started = True
            self._supervisor.start(self._bundles.answer, self._feed.announce)

    def _demanded(self, demand: Demand) -> None:
        # An empty one comes when the bridge has gone: nobody else has it then.
        self._start_cameras()
        self._bundles.demand(demand)

    def _was_refused(self, error: BridgeTakenError) -> bool:
        """End, or let the feed ask again later."""
        if self._standby and not self._started:
            return True
        self._finish(error)
        return False

    def _hello(self) -> Hello:
        return Hello(
            session=self._session,
            server=f"camstrm {__version__}",
            cameras=self._ledgers.infos(),
            limits=Limits(
                stream_fps=self._config.stream.fps, max_views=self._config.stream.max_views
            ),
        )

    def _send_status(self) -> None:
        self._status_timer = self._loop.call_later(_STATUS_S, self._send_status)
        if self._bundles.on_time:
            self._alive()
        self._feed.send_status(
            Status(
                time_us=time.time_ns() // 1000,
                bundles=self._bundles.bundles,
                cameras=self._ledgers.statuses(),
            )
        )
