"""Ask the cameras themselves (``camstrm doctor --open``), those that nobody uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.features.session import FeatureAnswer, run_feature_session
from camstrm.cli.checks.finding import Finding
from camstrm.cli.checks.search import KnownProducer
from camstrm.cli.progress import Progress
from camstrm.errors import CameraError, ProducerError

__all__ = ["open_cameras"]


def open_cameras(
    scanned: list[KnownProducer],
    wanted: Sequence[DeviceInfo],
    held: set[str],
    answers: dict[str, FeatureAnswer],
    progress: Progress,
    timeout_s: float,
) -> Iterator[Finding]:
    """Open and close each wanted camera in a child; put what it says in ``answers``.

    ``answers`` and ``held`` (cameras that are left alone) are by what selects a camera.
    """
    for producer in scanned:
        for device in producer.devices:
            serial, subject = device.selector, f"opening camera {device.selector}"
            if serial in answers or not serial or device not in wanted:
                continue
            if serial in held:
                yield Finding.ok(subject, "left alone: a process has it open")
                continue
            progress.show(f"opening camera {serial} (up to {timeout_s:g} s)")
            try:
                answers[serial] = run_feature_session(
                    producer.settings.cti,
                    serial,
                    environment=producer.environment,
                    python=producer.settings.python,
                    text_encoding=producer.profile.quirks.text_encoding,
                    timeout_s=timeout_s,
                )
            except (CameraError, ProducerError) as error:
                yield Finding.fail(subject, error.problem, error.remedy)
                continue
            yield Finding.ok(subject, f"{len(answers[serial].values)} features read")
