"""Run a camera as its profile and its configuration say: features, buffers, quirks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.features import (
    NO_SUCH_FEATURE,
    FeatureResult,
    choose_entry,
    enum_entries,
    has_feature,
    read_feature,
    write_feature,
)
from camstrm.acquisition.link import link_facts
from camstrm.acquisition.worker import RETRY_S, RETRY_SHARED_S, AcquisitionSettings
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


def acquisition_settings(
    profiles: Mapping[str, GentlProfile],
    cti: str,
    camera: CameraSettings,
    process: ProcessSettings,
    *,
    profile_name: str = "",
    siblings: int = 1,
    shared: bool = False,
    heartbeat_s: float = 0.0,
    locked_until_s: float = 0.0,
) -> AcquisitionSettings:
    """Return how to run one camera.

    ``profile_name`` is the producer's; the camera's own setting goes first, and without
    any the profile is matched by file, and again by vendor and bus once the camera is
    open. ``siblings``: cameras of the same producer, which may share a link.
    ``shared``: other cameras stream in the same process, which every rescan holds up.
    ``heartbeat_s``: what the camera told when it was open before; 0 takes what it will be
    set to. ``locked_until_s``: see :class:`AcquisitionSettings`.
    """
    name = camera.profile or profile_name
    profile = profiles[name] if name else match_profile(profiles, cti, "", "")

    def profile_for(opened: Camera) -> GentlProfile:
        if name:
            return profile
        return match_profile(profiles, cti, opened.info.vendor, opened.info.tl_type)

    def buffers(rate: float | None, payload_size: int) -> int:
        return buffer_count(profile, rate or 0.0, payload_size, camera.num_buffers)

    def configure(opened: Camera) -> None:
        chosen = profile_for(opened)
        _log.info("camera %s: profile %s", camera.label, chosen.name)
        link = link_facts(opened.node_map, siblings)
        apply = _Applier(camera.label, chosen.quirks.text_encoding)
        apply.run(opened.node_map, plan_features(chosen, camera, link), opened.pixel_format_code)
        if opened.stream_node_map is not None:
            count = buffers(opened.frame_rate(), opened.payload_size())
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
    return _Applier(camera, encoding).run(node_map, steps, pixel_format_code)


class _Applier:
    def __init__(self, camera: str, encoding: str) -> None:
        self._camera = camera
        self._encoding = encoding

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
        if results:
            self._summarize(results)
        return results

    def _summarize(self, results: Sequence[FeatureResult]) -> None:
        absent = sorted({r.name for r in results if r.reason == NO_SUCH_FEATURE})
        refused = [str(r) for r in results if not r.applied and r.reason != NO_SUCH_FEATURE]
        parts = [f"{sum(r.applied for r in results)} features set"]
        if absent:
            parts.append(f"not there: {', '.join(absent)}")
        if refused:
            parts.append("; ".join(refused))
        _log.info("camera %s: %s", self._camera, "; ".join(parts))

    def _step(self, node_map: Any, step: FeatureStep) -> list[FeatureResult]:
        name = next((n for n in step.names if has_feature(node_map, n)), step.names[0])
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
        return write_feature(node_map, name, value, clamp=step.clamp, encoding=self._encoding)

    def _log(self, step: FeatureStep, result: FeatureResult) -> None:
        if result.applied:
            level = logging.INFO if step.required or result.reason else logging.DEBUG
        else:
            level = logging.WARNING if step.required else logging.DEBUG
        why = f" ({step.why})" if step.why and not result.applied else ""
        _log.log(level, "camera %s: %s%s", self._camera, result, why)
