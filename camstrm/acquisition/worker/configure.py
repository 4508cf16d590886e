"""CameraConfigurator: sets a camera's features and says how many buffers it needs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.control.live_values import LiveValues
from camstrm.acquisition.discovery.link import link_facts
from camstrm.acquisition.features.facts import NO_SUCH_FEATURE, NOT_AVAILABLE, FeatureResult
from camstrm.acquisition.features.setting import apply_setting, present_selectors
from camstrm.acquisition.features.steps import apply_step, step_name
from camstrm.config import CameraSettings
from camstrm.feature import FeatureSetting, FeatureValue, Selectors
from camstrm.frame import pixel_format
from camstrm.profiles import (
    FeatureStep,
    GentlProfile,
    buffer_count,
    match_profile,
    plan_features,
    plan_stream_features,
)

__all__ = ["CameraConfigurator"]

_log = logging.getLogger(__name__)

_NOT_THERE = (NO_SUCH_FEATURE, NOT_AVAILABLE)


class CameraConfigurator:
    """Runs one camera as its profile and the configuration say. Used by the worker thread."""

    def __init__(
        self,
        profile: GentlProfile,
        camera: CameraSettings,
        *,
        cti: str = "",
        candidates: Mapping[str, GentlProfile] = {},
        siblings: int = 1,
        left_out: Sequence[str] = (),
        known: bool = False,
        note_step: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Configure ``camera``.

        ``profile`` gives the buffers, also once the camera is open: they belong to the
        producer. Where nobody named a profile, the one for the features is chosen from
        ``candidates`` by ``cti`` and the opened camera's vendor and bus.
        ``siblings``: cameras of the same producer, which may share a link. ``left_out``:
        features that are not set, because native code died of them. ``known``: a process
        before this one has logged what was set, and what was not. ``note_step`` is called with
        the camera's serial number and a feature's name, one a line, before that is set, and
        with "" after.
        """
        self._profile = profile
        self._camera = camera
        self._cti = cti
        self._candidates = candidates
        self._siblings = siblings
        self._left_out = left_out
        self._note_step = note_step
        self._lines = _ChangeLog(camera.label, known=known)

    def configure(self, camera: Camera, live: LiveValues | None = None) -> None:
        """Set the features; called each time the camera was opened, before it is started.

        After those of profile and configuration what was set while the camera ran, ``live``, which
        learns what the former are. What the user asked for and could not be set is logged as a
        warning; what only the profile proposes and the camera lacks is normal and logged for
        debugging.
        """
        live = LiveValues() if live is None else live
        profile, wanted = self._profile, self._camera
        if self._candidates:
            info = camera.info
            profile = match_profile(self._candidates, self._cti, info.vendor, info.tl_type)
        encoding = profile.quirks.text_encoding
        with self._lines:
            steps = plan_features(profile, wanted, link_facts(camera.node_map, self._siblings))
            set_here = self._apply(
                camera.node_map,
                steps,
                encoding,
                head=f"profile {profile.name}, ",
                pixel_format_code=camera.pixel_format_code,
            )
            live.note_configured(set_here)
            self._apply_live(camera.node_map, live.settings(), encoding)
            if camera.stream_node_map is not None:
                count = self.buffer_count(camera.frame_rate().fps, camera.payload_size())
                steps = plan_stream_features(profile, wanted, count)
                self._apply(camera.stream_node_map, steps, encoding)

    def configure_stream(self, camera: Camera, buffers: int) -> None:
        """Set what the data stream is to know of another number of buffers; the camera is stopped.

        Quietly: the log has had it when the camera was opened.
        """
        if camera.stream_node_map is None:
            return
        encoding = self._profile.quirks.text_encoding
        for step in plan_stream_features(self._profile, self._camera, buffers):
            for result in self._step(camera.stream_node_map, step, encoding):
                _log.debug("camera %s: %s", self._camera.label, result)

    def buffer_count(self, rate: float | None, payload_size: int) -> int:
        """Return how many buffers to announce; asked once the features are set.

        ``rate`` in 1/s, None where unknown; ``payload_size`` in bytes.
        """
        return buffer_count(self._profile, rate or 0.0, payload_size, self._camera.num_buffers)

    def _apply(
        self,
        node_map: Any,
        steps: Sequence[FeatureStep],
        encoding: str,
        *,
        head: str = "",
        pixel_format_code: Callable[[], int] = lambda: 0,
    ) -> list[FeatureSetting]:
        """Set features in order and log what became of them; ``head`` begins the summary.

        Returns what was set, as the camera has it.
        """
        results = []
        settings = []
        for step in steps:
            if step.keep_if_decodable:
                code = pixel_format_code()
                if code and pixel_format(code).decodable:
                    continue
            for result in self._step(node_map, step, encoding):
                self._log_result(step, result)
                results.append(result)
                if result.applied and result.value is not None:
                    selectors: Selectors = {}
                    if step.selector is not None:
                        selectors = {step.selector[0]: step.selector[1]}
                    elif not step.each:
                        selectors = present_selectors(node_map, result.name)
                    settings.append(FeatureSetting(result.name, result.value, selectors))
        if results or head:
            self._summarize(head, results)
        return settings

    def _apply_live(self, node_map: Any, settings: Sequence[FeatureSetting], encoding: str) -> None:
        refused = []
        for setting in settings:
            if setting.feature in self._left_out:
                refused.append(self._left_out_result(setting.feature, setting.value))
                continue
            self._note_step(f"{self._camera.serial}\n{setting.feature}")
            try:
                result = apply_setting(node_map, setting, encoding=encoding)
            finally:
                self._note_step("")
            if not result.applied:
                refused.append(result)
        if settings:
            count = len(settings) - len(refused)
            self._lines.log(logging.INFO, f"{count} features set as they were while it ran")
        for result in refused:
            self._lines.log(logging.WARNING, f"{result} (it was set while the camera ran)")

    def _step(self, node_map: Any, step: FeatureStep, encoding: str) -> list[FeatureResult]:
        name = step_name(node_map, step)
        if name in self._left_out:
            return [self._left_out_result(name, step.value)]
        self._note_step(f"{self._camera.serial}\n{name}")
        try:
            return apply_step(node_map, name, step, encoding=encoding)
        finally:
            self._note_step("")

    @staticmethod
    def _left_out_result(name: str, wanted: FeatureValue | None) -> FeatureResult:
        reason = "left out, because the camera's process ended each time while setting it"
        return FeatureResult(name, wanted, False, reason=reason)

    def _log_result(self, step: FeatureStep, result: FeatureResult) -> None:
        if result.applied:
            level = logging.INFO if step.required or result.reason else logging.DEBUG
        else:
            level = logging.WARNING if step.required else logging.DEBUG
        why = f" ({step.why})" if step.why and not result.applied else ""
        self._lines.log(level, f"{result}{why}")

    def _summarize(self, head: str, results: Sequence[FeatureResult]) -> None:
        absent = sorted({r.name for r in results if r.reason in _NOT_THERE})
        refused = [str(r) for r in results if not r.applied and r.reason not in _NOT_THERE]
        parts = [f"{head}{sum(r.applied for r in results)} features set"]
        if absent:
            parts.append(f"not there: {', '.join(absent)}")
        if refused:
            parts.append("; ".join(refused))
        self._lines.log(logging.INFO, "; ".join(parts))


class _ChangeLog:
    """Log lines of one camera's settings: only those that the last attempt did not have.

    ``with log:`` around each attempt. A camera is set up at each reconnect, and one that
    cannot start is set up again and again. ``known``: another process has logged the first
    attempt. Used by one thread.
    """

    def __init__(self, camera: str, *, known: bool = False) -> None:
        self._camera = camera
        self._known = known
        self._before: frozenset[str] = frozenset()
        """Texts of the last attempt."""
        self._now: set[str] = set()
        """Texts of the present attempt."""

    def __enter__(self) -> None:
        self._now = set()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # An attempt that broke off said less: what the one before said is still known.
        self._before = frozenset(self._now | self._before if kind else self._now)
        self._known = False

    def log(self, level: int, text: str) -> None:
        """Log ``text``; at DEBUG level if the last attempt had it too."""
        self._now.add(text)
        known = self._known or text in self._before
        _log.log(logging.DEBUG if known else level, "camera %s: %s", self._camera, text)
