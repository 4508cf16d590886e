"""``/metrics`` in Prometheus' text format."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from camstrm.bridge.http.camera_metrics import camera_metrics
from camstrm.bridge.http.response_counts import ResponseCounts
from camstrm.bridge.http.server_metrics import server_metrics
from camstrm.bridge.http.state import GRANT, BridgeState

__all__ = ["REGISTRY", "BridgeCollector", "make_registry", "metrics"]

REGISTRY: web.AppKey[CollectorRegistry] = web.AppKey("registry", CollectorRegistry)


class BridgeCollector(Collector):
    """Reads the counters of a bridge when it is asked.

    Their number is bounded: at most 256 cameras, and of what people and programs may make up
    (paths, operations, tokens) nothing becomes a label.
    """

    def __init__(self, state: BridgeState, responses: ResponseCounts) -> None:
        self._state = state
        self._responses = responses

    def collect(self) -> Iterator[Metric]:
        yield from server_metrics(self._state, self._responses)
        yield from camera_metrics(self._state.hub)


class _One(CollectorRegistry):
    """Has one family."""

    def __init__(self, family: Metric) -> None:
        super().__init__(auto_describe=False)
        self._family = family

    def collect(self) -> Iterator[Metric]:
        yield self._family


def make_registry(state: BridgeState, responses: ResponseCounts) -> CollectorRegistry:
    """Return a registry of this bridge's own: nothing global, nothing of other bridges.

    Made once, before viewers come: ProcessCollector reads /proc/stat when it is made.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(BridgeCollector(state, responses))
    ProcessCollector(registry=registry)
    return registry


async def metrics(request: web.Request) -> web.Response:
    """Answer ``/metrics``, which are of the whole server."""
    if request[GRANT].sight is not None:
        raise web.HTTPForbidden(
            text="This token is for some cameras only, and the metrics are of all.\n"
        )
    text = bytearray()
    for family in request.app[REGISTRY].collect():
        text += generate_latest(_One(family))
        # With 256 cameras all of it takes 70 ms, and pictures must not wait so long.
        await asyncio.sleep(0)
    return web.Response(
        body=bytes(text), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )
