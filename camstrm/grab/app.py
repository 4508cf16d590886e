"""The grabber's main process: loop, supervisor, bundle loop and publisher put together."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping

from camstrm import __version__
from camstrm.config import Config
from camstrm.errors import BridgeTakenError
from camstrm.grab.bundle_loop import BundleLoop
from camstrm.grab.loop import Loop
from camstrm.grab.processes.spare_process import SpareProcesses
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.grab.publisher import BundlePublisher
from camstrm.profiles import GentlProfile
from camstrm.rates import RateMeter
from camstrm.wire import Demand, Hello, Limits, Status

__all__ = ["Grabber"]

_log = logging.getLogger(__name__)

_STATUS_S = 1.0


class Grabber:
    """Grabs all cameras of a configuration and sends bundles to the bridge.

    :meth:`run` returns after :meth:`stop`, which any thread or signal handler may call. No
    camera is touched while another grabber sends to the same bridge: ``run`` then raises
    BridgeTakenError or, with ``standby``, waits until that one has ended.
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
    ) -> None:
        self._config = config
        self._standby = standby
        self._started = False  # whether cameras are looked for
        self._refused: BridgeTakenError | None = None
        self._session = secrets.token_hex(8)
        self._loop = Loop()
        self._supervisor = Supervisor(
            self._loop,
            config,
            profiles,
            on_bundle=lambda link, bundle: self._bundles.answer(link, bundle),
            on_cameras=lambda: self._publisher.announce(),
            log_level=log_level,
            spares=spares,
        )
        self._publisher = BundlePublisher(
            self._loop,
            socket_path,
            self._hello,
            self._demanded,
            self._was_refused,
            allowed_uids=config.socket.allowed_uids,
        )
        self._bundles = BundleLoop(
            self._loop, self._supervisor, config.stream, self._publisher.publish
        )
        self._bundle_rate = RateMeter()

    def run(self) -> None:
        """Run until stopped; all camera processes have ended when it returns.

        Raises BridgeTakenError if the bridge has another grabber.
        """
        try:
            self._supervisor.list_configured()
            if not self._publisher.start():
                self._start_cameras()
            self._loop.call_later(_STATUS_S, self._send_status)
            self._loop.run()
        finally:
            self._bundles.stop()
            self._publisher.stop()
            self._supervisor.stop(self._config.process.stop_timeout_s)
            self._loop.close()
        if self._refused is not None:
            raise self._refused

    def stop(self) -> None:
        """End :meth:`run` soon."""
        self._loop.stop()

    def _start_cameras(self) -> None:
        if not self._started:
            self._started = True
            self._supervisor.start()

    def _demanded(self, demand: Demand) -> None:
        # An empty one comes when the bridge has gone: nobody else has it then.
        self._start_cameras()
        self._bundles.demand(demand)

    def _was_refused(self, error: BridgeTakenError) -> bool:
        """Stop, or tell the publisher to ask again later."""
        if self._standby and not self._started:
            return True
        self._refused = error
        self._loop.stop()
        return False

    def _hello(self) -> Hello:
        return Hello(
            session=self._session,
            server=f"camstrm {__version__}",
            cameras=self._supervisor.infos(),
            limits=Limits(stream_fps=self._config.stream.fps),
        )

    def _send_status(self) -> None:
        self._loop.call_later(_STATUS_S, self._send_status)
        ledgers = self._supervisor.ledgers
        self._publisher.send_status(
            Status(
                time_us=time.time_ns() // 1000,
                bundle_fps=round(self._bundle_rate.rate(self._bundles.bundles), 1),
                bundles=self._bundles.bundles,
                bundles_dropped=self._publisher.dropped,
                cameras=tuple(ledgers[index].status() for index in sorted(ledgers)),
            )
        )
