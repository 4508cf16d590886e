"""``/metrics`` in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from camstrm.bridge.http.state import GRANT, BridgeState
from camstrm.wire import CameraStatus

__all__ = ["REGISTRY", "BridgeCollector", "make_registry", "metrics"]

REGISTRY: web.AppKey[CollectorRegistry] = web.AppKey("registry", CollectorRegistry)


class BridgeCollector(Collector):
    """Reads the counters of a bridge when it is asked."""

    def __init__(self, state: BridgeState) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        yield from self._input()
        yield from self._viewers()
        yield from self._cameras(self._state.hub.status().cameras)

    def _input(self) -> Iterator[Metric]:
        hub, listener = self._state.hub, self._state.listener
        counters = hub.counters
        status = hub.status()
        yield _gauge("input_up", "1 while a grabber is connected and speaks", hub.input == "ok")
        yield _counter("bundles_received", "Bundles from grabbers", counters.bundles)
        yield _counter("bundle_bytes_received", "Bytes of those", counters.bundle_bytes)
        yield _counter("grabbers", "Grabbers that connected", counters.grabbers)
        yield _counter("grabbers_refused", "Connections of other users", listener.refused)
        yield _counter(
            "bundles_overtaken", "Bundles that a newer one replaced unread", counters.overtaken
        )
        yield _counter("input_garbage", "Connections closed for what they sent", listener.garbage)
        yield _gauge(
            "grabber_bundles_dropped", "As the present grabber counts", status.bundles_dropped
        )

    def _viewers(self) -> Iterator[Metric]:
        hub = self._state.hub
        totals = hub.totals()
        viewers = GaugeMetricFamily("camstrm_viewers", "Viewers connected now", labels=["kind"])
        for kind in ("websocket", "mjpeg"):
            count = sum(viewer.kind == kind for viewer in hub.viewers.values())
            viewers.add_metric([kind], count)
        yield viewers
        acknowledging = [v for v in hub.viewers.values() if v.outbox.credit.acknowledges]
        windows = GaugeMetricFamily(
            "camstrm_credit_windows", "Viewers that acknowledge, by window", labels=["window"]
        )
        for window in range(1, self._state.settings.window + 1):
            count = sum(v.outbox.credit.window == window for v in acknowledging)
            windows.add_metric([str(window)], count)
        yield windows
        skipped = CounterMetricFamily(
            "camstrm_bundles_skipped", "Bundles that a newer one replaced", labels=["reason"]
        )
        for reason in ("slow link", "unacknowledged", "max_fps"):
            skipped.add_metric([reason], totals.skipped[reason])
        yield skipped
        yield _counter("bundles_sent", "Bundles sent to all viewers", totals.sent)
        yield _counter("bundle_bytes_sent", "Bytes of those", totals.sent_bytes)
        yield _counter("viewers_joined", "Viewers that connected", totals.viewers)
        yield _counter(
            "viewers_refused", "Refused because there was no room", self._state.limits.refused
        )
        places = self._state.places
        yield _gauge("connections", "Open connections of any kind", len(places))
        yield _gauge("connections_max", "Most that there may be", places.total)
        yield _counter(
            "connections_evicted",
            "Closed to make room: no token, or no request under way",
            places.evicted,
        )
        yield _counter("connections_refused", "Refused because all were at work", places.refused)
        yield _counter("viewers_stuck", "Cut off because they took nothing", totals.viewers_stuck)
        yield _counter("viewer_garbage", "Wrong messages of viewers", totals.viewer_garbage)

    def _cameras(self, cameras: tuple[CameraStatus, ...]) -> Iterator[Metric]:
        infos = self._state.hub.cameras
        names = [infos[c.index].name if c.index in infos else str(c.index) for c in cameras]
        state = GaugeMetricFamily(
            "camstrm_camera_state",
            "CameraState; 2 is streaming, 7 waiting for a trigger",
            labels=["camera"],
        )
        fps = GaugeMetricFamily("camstrm_camera_grab_fps", "Frames a second", labels=["camera"])
        frames = CounterMetricFamily(
            "camstrm_camera_events", "Counters of CameraStatus", labels=["camera", "counter"]
        )
        for name, camera in zip(names, cameras, strict=True):
            state.add_metric([name], camera.state)
            fps.add_metric([name], camera.grab_fps)
            for counter, count in camera.counts().items():
                frames.add_metric([name, counter], count)
        yield from (state, fps, frames)


def make_registry(state: BridgeState) -> CollectorRegistry:
    """Return a registry of this bridge's own: nothing global, nothing of other bridges.

    Made once, before viewers come: ProcessCollector reads /proc/stat when it is made.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(BridgeCollector(state))
    ProcessCollector(registry=registry)
    return registry


async def metrics(request: web.Request) -> web.Response:
    """Answer ``/metrics``, which are of the whole server."""
    if request[GRANT].sight is not None:
        raise web.HTTPForbidden(
            text="This token is for some cameras only, and the metrics are of all.\n"
        )
    text = generate_latest(request.app[REGISTRY])
    return web.Response(
        body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"camstrm_{name}", what, value=value)


def _counter(name: str, what: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"camstrm_{name}", what, value=value)
