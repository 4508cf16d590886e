"""Ask the cameras themselves (``camstrm doctor --open``), those that nobody uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.features.session import run_feature_session
from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.producers import ScannedProducer
from camstrm.cli.progress import Progress
from camstrm.errors import CameraError, ProducerError

__all__ = ["open_cameras"]


def open_cameras(
    scanned: list[ScannedProducer],
    wanted: Sequence[DeviceInfo],
    held: set[str],
    features: dict[str, dict[str, object]],
    progress: Progress,
    timeout_s: float,
) -> Iterator[Finding]:
    """Open and close each wanted camera in a child; put its features (name: value) in ``features``.

    ``held``: the cameras (what selects them) that are left alone.
    """
    for producer in scanned:
        for device in producer.devices:
            serial, subject = device.selector, f"opening camera {device.selector}"
            if serial in features or not serial or device not in wanted:
                continue
            if serial in held:
                yield Finding(Level.OK, subject, "left alone: a process has it open")
                continue
            progress.show(f"opening camera {serial} (up to {timeout_s:g} s)")
            try:
                answer = run_feature_session(
                    producer.settings.cti,
                    serial,
                    environment=producer.environment,
                    python=producer.settings.python,
                    text_encoding=producer.profile.quirks.text_encoding,
                    timeout_s=timeout_s,
                )
            except (CameraError, ProducerError) as error:
                yield Finding(Level.FAIL, subject, error.problem, error.remedy)
                continue
            features[serial] = {f.name: f.value for f in answer.features if f.value is not None}
            yield Finding(Level.OK, subject, f"{len(features[serial])} features read")
