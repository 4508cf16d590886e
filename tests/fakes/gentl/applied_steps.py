"""Apply feature steps as a camera's configurator does, and return what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from camstrm.acquisition.features.facts import FeatureResult
from camstrm.acquisition.worker.configure import CameraConfigurator
from camstrm.config import CameraSettings
from camstrm.profiles import FeatureStep, GentlProfile


class _Recorder(CameraConfigurator):
    def __init__(self, camera: str) -> None:
        super().__init__(GentlProfile(name="test"), CameraSettings(serial=camera))
        self.results: list[FeatureResult] = []

    def _log_result(self, step: FeatureStep, result: FeatureResult) -> None:
        self.results.append(result)
        super()._log_result(step, result)


def apply_steps(
    camera: str,
    node_map: Any,
    steps: Sequence[FeatureStep],
    pixel_format_code: Callable[[], int] = lambda: 0,
) -> list[FeatureResult]:
    """Set features in order; return a result for each that was not passed over."""
    recorder = _Recorder(camera)
    recorder._apply(node_map, steps, "utf-8", pixel_format_code=pixel_format_code)
    return recorder.results
