"""Why one camera does not do what it should: what its worker and its node map know of it.

Sentences and remedies are those of ``camstrm doctor`` where it knows of the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.discovery.packets import PACKET_SIZE, packet_fit
from camstrm.acquisition.features.access import read_feature
from camstrm.acquisition.features.frame_rate import read_frame_rate, waits_for_triggers
from camstrm.acquisition.stream.stream_watch import SILENCE_REMEDY, loss_remedy
from camstrm.camera_state import CameraCondition, CameraCounters, CameraState
from camstrm.errors import CameraError
from camstrm.feature import FeatureSetting
from camstrm.wire.operations import Finding

__all__ = ["Watched", "findings_of_node_map", "findings_of_worker", "gravest_first"]

_ORDER = ("error", "warning", "note", "ok")

_LINK_FEATURES = ("GevCurrentIPAddress", PACKET_SIZE, "DeviceLinkSpeed")

_SLOW = 0.9
"""Share of the rate that the camera reports below which frames go missing on the way."""

_MOST_NAMES = 5
"""Features that one sentence names."""


class Watched(Protocol):
    """What an AcquisitionWorker says of its camera. Any thread may read it."""

    @property
    def condition(self) -> CameraCondition: ...

    @property
    def statistics(self) -> CameraCounters: ...

    @property
    def info(self) -> DeviceInfo: ...

    @property
    def interval_s(self) -> float: ...

    @property
    def heartbeat_s(self) -> float: ...

    @property
    def failure(self) -> CameraError | None: ...


def findings_of_worker(worker: Watched, live: tuple[FeatureSetting, ...]) -> list[Finding]:
    """Return what is known without asking the camera: state, losses, lock, live values."""
    bus = worker.info.tl_type
    findings = [_state(worker, bus), *_losses(worker.statistics, bus)]
    if worker.heartbeat_s:
        text = f"it stays locked for {worker.heartbeat_s:g} s after a crash of its user"
        findings.append(Finding("ok", text))
    if live:
        names = list(dict.fromkeys(setting.feature for setting in live))
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        findings.append(
            Finding(
                "note",
                f"it differs from the configuration: {', '.join(names[:_MOST_NAMES])}{more}",
                "'camstrm features --keep' writes it into the configuration, revert sets it back",
            )
        )
    return findings


def findings_of_node_map(
    node_map: Any, interval_s: float, encoding: str, root: Path = Path("/")
) -> list[Finding]:
    """Return what the camera says: trigger, rate, link. Called with the node map's lock."""
    findings = []
    triggered = waits_for_triggers(node_map)
    if triggered:
        source = read_feature(node_map, "TriggerSource", encoding=encoding).value
        by = f" (TriggerSource is {source})" if source is not None else ""
        findings.append(
            Finding(
                "note",
                f"a trigger is switched on{by}: without one it sends no frame",
                "For a camera that runs by itself set TriggerMode=Off",
            )
        )
    findings += _rate(read_frame_rate(node_map).known_fps, interval_s, triggered=triggered)
    read = {name: read_feature(node_map, name, encoding=encoding).value for name in _LINK_FEATURES}
    features: Mapping[str, object] = {n: value for n, value in read.items() if value is not None}
    fit = packet_fit(features, root=root)
    if fit is not None:
        findings.append(Finding(fit.level, f"packets of {fit.text}", fit.remedy))
    speed = features.get("DeviceLinkSpeed")
    if isinstance(speed, (int, float)) and speed > 0:
        # SFNC: bytes a second.
        findings.append(Finding("ok", f"link of {speed / 1e6:g} MB/s"))
    return findings


def gravest_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order of their level."""
    return tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.level)))


def _state(worker: Watched, bus: str) -> Finding:
    condition, interval_s = worker.condition, worker.interval_s
    rate = f", a frame each {1e3 * interval_s:.3g} ms" if interval_s else ""
    if condition.state == CameraState.WAITING_FOR_TRIGGER:
        return Finding("ok", "it waits for a trigger")
    if condition.healthy:
        if condition.reason:
            # It says what is lost and where to look.
            return Finding("warning", condition.reason, loss_remedy(bus))
        return Finding("ok", f"it streams{rate}")
    state = _name(condition.state)
    text = f"{state}: {condition.reason}" if condition.reason else state
    level: Literal["note", "error"] = "error"
    if condition.state in (CameraState.OPENING, CameraState.RECONFIGURING):
        level = "note"
    failure = worker.failure
    remedy = failure.remedy if failure is not None else ""
    if condition.state == CameraState.STALLED and not remedy:
        remedy = SILENCE_REMEDY
    return Finding(level, text, remedy if level == "error" else "")


def _name(state: int) -> str:
    try:
        return CameraState(state).name.lower().replace("_", " ")
    except ValueError:
        return f"state {state}"


def _losses(counters: CameraCounters, bus: str) -> list[Finding]:
    findings = []
    if counters.incomplete:
        text = f"{counters.incomplete} of {counters.delivered + counters.incomplete} frames came"
        findings.append(Finding("note", f"{text} incomplete", loss_remedy(bus)))
    if counters.underrun:
        findings.append(
            Finding(
                "note",
                f"{counters.underrun} frames were lost because no buffer was free",
                "Raise num_buffers in its [[camera]] of the configuration",
            )
        )
    if counters.gaps > counters.underrun:
        text = f"{counters.gaps - counters.underrun} frames never came, by the camera's numbers"
        findings.append(Finding("note", text))
    if counters.rejected:
        findings.append(Finding("note", f"{counters.rejected} frames had a wrong size"))
    if counters.reconnects:
        text = f"it was opened again {counters.reconnects} times"
        findings.append(Finding("note", text))
    if not findings:
        findings.append(Finding("ok", f"none of {counters.delivered} frames was lost"))
    return findings


def _rate(wanted_fps: float | None, interval_s: float, *, triggered: bool) -> list[Finding]:
    if wanted_fps is None:
        return []
    text = f"its node map says {wanted_fps:.4g} frames a second"
    if interval_s and not triggered and 1 / interval_s < _SLOW * wanted_fps:
        fewer = f"{text}, and {1 / interval_s:.4g} come"
        return [Finding("warning", fewer, "Frames are lost on the way, or exposure takes longer")]
    return [Finding("ok", text)]
