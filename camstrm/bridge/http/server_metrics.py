"""The metrics of the bridge itself: its input, viewers, calls, control and HTTP."""

from __future__ import annotations

import math
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from camstrm import __version__
from camstrm.bridge.http.metric_families import counter, gauge, histogram
from camstrm.bridge.http.response_counts import ResponseCounts
from camstrm.bridge.http.state import BridgeState

__all__ = ["server_metrics"]

_SKIPPED = ("slow link", "unacknowledged", "max_fps")
"""Why a bundle is skipped, see ViewerOutbox; named also before one was."""


def server_metrics(state: BridgeState, responses: ResponseCounts) -> Iterator[Metric]:
    """Yield all metrics that are not of cameras."""
    build = GaugeMetricFamily("camstrm_build_info", "Always 1; the version", labels=["version"])
    build.add_metric([__version__], 1)
    yield build
    yield from _input(state)
    yield from _viewers(state)
    yield from _calls(state)
    yield from _control(state)
    yield from _connections(state)
    yield from _http(responses)


def _input(state: BridgeState) -> Iterator[Metric]:
    hub, listener = state.hub, state.listener
    counters, status = hub.counters, hub.status()
    yield gauge("input_up", "1 while a grabber is connected and speaks", hub.input == "ok")
    since_s = status.input_since_us / 1e6
    yield gauge("input_since_timestamp_seconds", "Since when input_up is as it is, UTC", since_s)
    yield counter("grabbers_connected", "Grabbers that connected", counters.grabbers)
    yield counter(
        "grabbers_refused",
        "Connections of other users, and grabbers refused because there is another one",
        listener.refused,
    )
    yield counter(
        "grabber_connections_malformed", "Closed because of what they sent", listener.garbage
    )
    yield counter("bundles_received", "Bundles from grabbers", counters.bundles)
    yield counter("bundles_received_bytes", "Bytes of those", counters.bundle_bytes)
    yield counter(
        "bundles_overtaken", "Bundles that a newer one replaced unread", counters.overtaken
    )
    yield counter("grabber_bundles", "Bundles that the present grabber made", status.bundles)
    yield counter(
        "grabber_bundles_dropped",
        "Bundles that the present grabber could not send in time",
        status.bundles_dropped,
    )
    yield histogram(
        "bundle_age_seconds",
        "From the tick of a bundle in the grabber to the bridge",
        [((), hub.pictures.ages.bundles)],
    )


def _viewers(state: BridgeState) -> Iterator[Metric]:
    hub = state.hub
    totals = hub.totals()
    viewers = GaugeMetricFamily("camstrm_viewers", "Viewers connected now", labels=["kind"])
    for kind in ("websocket", "mjpeg"):
        viewers.add_metric([kind], sum(viewer.kind == kind for viewer in hub.viewers.values()))
    yield viewers
    acknowledging = [v for v in hub.viewers.values() if v.outbox.credit.acknowledges]
    windows = GaugeMetricFamily(
        "camstrm_viewer_windows", "Viewers that acknowledge, by window", labels=["window"]
    )
    for window in range(1, state.settings.window + 1):
        count = sum(v.outbox.credit.window == window for v in acknowledging)
        windows.add_metric([str(window)], count)
    yield windows
    reduced = sum(bool(viewer.outbox.reduced) for viewer in hub.viewers.values())
    yield gauge("viewers_reduced", "Viewers that get smaller pictures: slow links", reduced)
    yield counter("viewers_joined", "Viewers that connected", totals.viewers)
    yield counter("viewers_refused", "Refused because there was no room", state.limits.refused)
    yield counter("viewers_stuck", "Cut off because they took nothing", totals.viewers_stuck)
    yield counter("viewer_messages_malformed", "Wrong messages of viewers", totals.viewer_garbage)
    yield counter("bundles_sent", "Bundles sent to all viewers", totals.sent)
    yield counter("bundles_sent_bytes", "Bytes of those", totals.sent_bytes)
    skipped = {(reason,): totals.skipped[reason] for reason in _SKIPPED}
    yield counter("bundles_skipped", "Bundles that a newer one replaced", skipped, "reason")
    yield histogram(
        "viewer_round_trip_seconds",
        "From sending a bundle to its acknowledgement, decoding and showing included",
        [((), hub.counters.round_trips)],
    )


def _calls(state: BridgeState) -> Iterator[Metric]:
    calls = state.hub.calls
    yield counter("calls", "Calls that were answered", calls.answers, "operation result")
    yield gauge("calls_open", "Calls that wait for an answer of the grabber", len(calls))
    yield histogram(
        "call_duration_seconds",
        "From a call to its answer, of calls that passed control",
        (((do,), one) for do, one in calls.durations.items()),
        "operation",
    )


def _control(state: BridgeState) -> Iterator[Metric]:
    gate, trail = state.control.gate, state.control.trail
    refusals = {(code,): count for code, count in gate.refusals.items()}
    yield counter("control_refusals", "Calls of viewers that were refused", refusals, "code")
    yield gauge("leases_held", "Cameras whose lease somebody holds", gate.leases_held)
    yield counter("audit_lines", "Changes that were noted for the audit file", trail.added)
    yield gauge("audit_lines_waiting", "Of those, not in the file yet", trail.waiting)
    yield gauge("audit_writable", "0 while nothing may be changed because of it", not trail.problem)
    kinds = {(kind,): count for kind, count in state.hub.events.counts.items()}
    yield counter("events", "Entries of the list of events", kinds, "kind")


def _connections(state: BridgeState) -> Iterator[Metric]:
    places = state.places
    yield gauge("connections", "Open connections of any kind", len(places))
    yield gauge("connections_max", "Most that there may be", places.total)
    yield counter(
        "connections_evicted",
        "Closed to make room: without a token, or without a request under way",
        places.evicted,
    )
    yield counter(
        "connections_refused", "Refused because requests were under way on all", places.refused
    )
    certificate = state.certificate
    yield gauge(
        "tls_certificate_end_timestamp_seconds",
        "When the certificate ends, UTC; infinite without TLS",
        math.inf if certificate is None else certificate.end_s,
    )


def _http(responses: ResponseCounts) -> Iterator[Metric]:
    yield counter("http_responses", "Answers to HTTP requests", responses.answers, "route code")
    failures = {(reason,): count for reason, count in responses.auth_failures.items()}
    yield counter("auth_failures", "Requests without a right token", failures, "reason")
