"""Run a camera as its profile and its configuration say: features, buffers, quirks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.discovery.link import link_facts
from camstrm.acquisition.features.access import (
    choose_entry,
    enum_entries,
    has_feature,
    read_feature,
    write_feature,
)
from camstrm.acquisition.features.facts import NO_SUCH_FEATURE, NOT_AVAILABLE, FeatureResult
from camstrm.acquisition.features.listing import with_proposal
from camstrm.acquisition.worker.settings import RETRY_S, RETRY_SHARED_S, AcquisitionSettings
from camstrm.config import CameraSettings, ProcessSettings
from camstrm.frame import pixel_format
from camstrm.profiles import (
    FeatureStep,
    GentlProfile,
    buffer_count,
    match_profile,
    plan_features,
    plan_stream_features,
)

__all__ = ["acquisition_settings", "apply_steps"]

_log = logging.getLogger(__name__)

_NOT_THERE = (NO_SUCH_FEATURE, NOT_AVAILABLE)


def acquisition_settings(
    profile: GentlProfile,
    camera: CameraSettings,
    process: ProcessSettings,
    *,
    cti: str = "",
    candidates: Mapping[str, GentlProfile] = {},
    siblings: int = 1,
    shared: bool = False,
    heartbeat_s: float = 0.0,
    locked_until_s: float = 0.0,
    left_out: Sequence[str] = (),
    gone_s: float = 0.0,
    note_step: Callable[[str], None] = lambda _: None,
) -> AcquisitionSettings:
    """Return how to run one camera.

    ``profile`` gives quirks and buffers, also once the camera is open: they are needed before
    that, and belong to the producer. Where nobody named a profile, the one for the features is
    chosen from ``candidates`` by ``cti`` and the opened camera's vendor and bus.
    ``siblings``: cameras of the same producer, which may share a link. ``shared``: other
    cameras stream in the same process, which every rescan holds up. ``heartbeat_s``: what the
    camera reported when it was open before; 0 takes what it will be set to.
    ``locked_until_s``, ``gone_s``: see :class:`AcquisitionSettings`. ``left_out``: features
    that are not set, because native code died of them. ``note_step`` is called with the
    camera's serial number and a feature's name, one a line, before that is set, and with ""
    after.
    """

    def buffers(rate: float | None, payload_size: int) -> int:
        return buffer_count(profile, rate or 0.0, payload_size, camera.num_buffers)

    # A process before this one has said what was set, and what was not.
    log = _ChangeLog(camera.label, known=bool(gone_s))

    def configure(opened: Camera) -> None:
        vendor, bus = opened.info.vendor, opened.info.tl_type
        chosen = match_profile(candidates, cti, vendor, bus) if candidates else profile
        apply = _Applier(
            log,
            chosen.quirks.text_encoding,
            head=f"profile {chosen.name}, ",
            left_out=left_out,
            note=lambda name: note_step(f"{camera.serial}\n{name}" if name else ""),
        )
        with log:
            steps = plan_features(chosen, camera, link_facts(opened.node_map, siblings))
            apply.run(opened.node_map, steps, opened.pixel_format_code)
            if opened.stream_node_map is not None:
                count = buffers(opened.frame_rate().fps, opened.payload_size())
                apply.run(opened.stream_node_map, plan_stream_features(chosen, camera, count))

    quirks = profile.quirks
    return AcquisitionSettings(
        serial=camera.serial,
        name=camera.label,
        configure=configure,
        buffer_count=buffers,
        drain=quirks.drain,
        preopen_bypass=quirks.preopen_bypass,
        stall_timeout_s=process.stall_timeout_s,
        open_retry_s=quirks.open_retry_interval_s,
        heartbeat_s=heartbeat_s or _configured_heartbeat_s(camera) or quirks.heartbeat_timeout_s,
        locked_until_s=locked_until_s,
        gone_s=gone_s,
        close_open_pause_s=quirks.close_open_pause_s,
        local_teardown=quirks.local_teardown,
        retry_s=RETRY_SHARED_S if shared else RETRY_S,
        realtime=process.realtime,
    )


def _configured_heartbeat_s(camera: CameraSettings) -> float:
    """Return the heartbeat that the user gives the camera, in seconds; 0 if none."""
    value = camera.features.get("GevHeartbeatTimeout")
    return value / 1e3 if isinstance(value, (int, float)) else 0.0


def apply_steps(
    camera: str,
    node_map: Any,
    steps: Sequence[FeatureStep],
    pixel_format_code: Callable[[], int] | None = None,
    encoding: str = "utf-8",
) -> list[FeatureResult]:
    """Set features in order; return a result for each, also for those passed over.

    What the user asked for and could not be set is logged as a warning; what only the
    profile proposes and the camera lacks is normal and logged for debugging.
    """
    with _ChangeLog(camera) as log:
        return _Applier(log, encoding).run(node_map, steps, pixel_format_code)


class _ChangeLog:
    """Log lines of one camera's settings: only those that the last attempt did not have.

    ``with log:`` around each attempt. A camera is set up at each reconnect, and one that
    cannot start is set up again and again. ``known``: another process has logged the first
    attempt. Used by one thread.
    """

    def __init__(self, camera: str, *, known: bool = False) -> None:
        self._camera = camera
        self._known = known
        # Texts of the last attempt, and of the present one.
        self._before: frozenset[str] = frozenset()
        self._now: set[str] = set()

    def __enter__(self) -> _ChangeLog:
        self._now = set()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # An attempt that broke off said less: what the one before said is still known.
        self._before = frozenset(self._now | self._before if kind else self._now)
        self._known = False

    def log(self, level: int, text: str) -> None:
        """Log ``text``; at DEBUG level if the last attempt had it too."""
        self._now.add(text)
        known = self._known or text in self._before
        _log.log(logging.DEBUG if known else level, "camera %s: %s", self._camera, text)


class _Applier:
    """Applies steps; ``head`` begins the line that sums the first of them up."""

    def __init__(
        self,
        log: _ChangeLog,
        encoding: str,
        *,
        head: str = "",
        left_out: Sequence[str] = (),
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._lines = log
        self._encoding = encoding
        self._head = head
        self._left_out = left_out
        self._note = note

    def run(
        self,
        node_map: Any,
        steps: Sequence[FeatureStep],
        pixel_format_code: Callable[[], int] | None = None,
    ) -> list[FeatureResult]:
        results = []
        for step in steps:
            if step.keep_if_decodable and pixel_format_code is not None:
                code = pixel_format_code()
                if code and pixel_format(code).decodable:
                    continue
            for result in self._step(node_map, step):
                self._log(step, result)
                results.append(result)
        if results or self._head:
            self._summarize(results)
        return results

    def _summarize(self, results: Sequence[FeatureResult]) -> None:
        absent = sorted({r.name for r in results if r.reason in _NOT_THERE})
        refused = [str(r) for r in results if not r.applied and r.reason not in _NOT_THERE]
        parts = [f"{self._head}{sum(r.applied for r in results)} features set"]
        self._head = ""
        if absent:
            parts.append(f"not there: {', '.join(absent)}")
        if refused:
            parts.append("; ".join(refused))
        self._lines.log(logging.INFO, "; ".join(parts))

    def _step(self, node_map: Any, step: FeatureStep) -> list[FeatureResult]:
        name = next((n for n in step.names if has_feature(node_map, n)), step.names[0])
        if name in self._left_out:
            reason = "left out, because the camera's process ended each time while setting it"
            return [FeatureResult(name, step.value, False, reason=reason)]
        self._note(name)
        try:
            return self._set(node_map, name, step)
        finally:
            self._note("")

    def _set(self, node_map: Any, name: str, step: FeatureStep) -> list[FeatureResult]:
        selector, entries = step.each, enum_entries(node_map, step.each) if step.each else ()
        if step.selector is not None:
            selector, entries = step.selector[0], (step.selector[1],)
        if not selector or (step.selector is None and not entries):
            return [self._write(node_map, name, step)]
        # Other features depend on the selector too: it is left as it was found.
        before = read_feature(node_map, selector).value
        results = []
        for entry in entries:
            selected = write_feature(node_map, selector, entry, encoding=self._encoding)
            if selected.applied:
                results.append(self._write(node_map, name, step))
            else:
                reason = selected.reason
                if reason != NO_SUCH_FEATURE:
                    reason = f"selector: {selected}"
                results.append(FeatureResult(name, step.value, False, reason=reason))
        if before is not None:
            write_feature(node_map, selector, before, encoding=self._encoding)
        return results

    def _write(self, node_map: Any, name: str, step: FeatureStep) -> FeatureResult:
        value = step.value
        if value is None:
            value = choose_entry(node_map, name, step.first_of)
            if value is None:
                wanted = " or ".join(step.first_of)
                return FeatureResult(name, wanted, False, reason="none of them is available")
        result = write_feature(node_map, name, value, clamp=step.clamp, encoding=self._encoding)
        if step.required and result.reason == NO_SUCH_FEATURE:
            return with_proposal(node_map, result)
        return result

    def _log(self, step: FeatureStep, result: FeatureResult) -> None:
        if result.applied:
            level = logging.INFO if step.required or result.reason else logging.DEBUG
        else:
            level = logging.WARNING if step.required else logging.DEBUG
        why = f" ({step.why})" if step.why and not result.applied else ""
        self._lines.log(level, f"{result}{why}")
