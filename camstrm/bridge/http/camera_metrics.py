"""The metrics of cameras, each with the label ``camera``."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from camstrm.bridge.http.metric_families import histogram
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.camera_state import COUNTERS
from camstrm.wire import CameraInfo, CameraStatus

__all__ = ["CAMERA_COUNTERS", "camera_metrics"]

CAMERA_COUNTERS = {
    "delivered": ("frames_delivered", "Complete frames that the producer handed over"),
    "incomplete": ("frames_incomplete", "Frames with missing data"),
    "rejected": ("frames_rejected", "Frames of a wrong size, or that hold no picture"),
    "underrun": ("frames_underrun", "Frames that the producer lost because no buffer was free"),
    "overwritten": ("frames_overwritten", "Frames replaced before anybody asked; normal"),
    "gaps": ("frames_missing", "Frame ids that never came"),
    "encoded": ("frames_encoded", "Frames that became a picture"),
    "missed": ("bundles_missed", "Ticks of the stream at which the picture was not ready"),
    "reconnects": ("reconnects", "Times the camera was opened again"),
    "restarts": ("process_restarts", "Times the camera's process was started again"),
    "reconfigured": ("reconfigurations", "Times it was stopped to set a locked feature"),
}
"""Name and meaning of each counter of CameraCounters."""

_GAUGES = (
    ("state", "CameraState; 2 is streaming, 7 waiting for a trigger"),
    ("state_since_timestamp_seconds", "Since when the state is as it is, UTC"),
    ("frame_rate_hertz", "Frames a second from the camera"),
    ("picture_rate_hertz", "Pictures a second that were made of them"),
    ("frame_interval_seconds", "Usual time between two frames; 0: not known"),
    ("width_pixels", "Width of the camera's frames"),
    ("height_pixels", "Height of the camera's frames"),
    ("features_differing", "Features that were set live and differ from the configuration"),
)


def camera_metrics(hub: BundleHub) -> Iterator[Metric]:
    """Yield the metrics of all cameras that the grabber speaks of: at most 256."""
    cameras = hub.status().cameras
    names = _labels(hub, cameras)
    yield _info(hub.cameras, cameras, names)
    healthy = _gauge("healthy", "1 while it streams, or would if a trigger came")
    gauges = [_gauge(name, what) for name, what in _GAUGES]
    counters = {name: _counter(*CAMERA_COUNTERS[name]) for name in COUNTERS}
    for camera in cameras:
        label = [names[camera.index]]
        # What was said last does not hold without a grabber.
        healthy.add_metric(label, hub.input == "ok" and camera.condition.healthy)
        for family, value in zip(gauges, _values(camera), strict=True):
            family.add_metric(label, value)
        for name, count in camera.counts().items():
            counters[name].add_metric(label, count)
    yield healthy
    yield from gauges
    yield from counters.values()
    ages = [
        ((names[index],), one) for index, one in hub.pictures.ages.cameras.items() if index in names
    ]
    yield histogram(
        "camera_encoded_age_seconds",
        "From the capture to the JPEG, of each whole picture",
        ((label, one.encoded) for label, one in ages),
        "camera",
    )
    yield histogram(
        "camera_received_age_seconds",
        "From the capture to the bridge, of each whole picture",
        ((label, one.received) for label, one in ages),
        "camera",
    )


def _values(camera: CameraStatus) -> tuple[float, ...]:
    """Return the values of _GAUGES."""
    return (
        camera.state,
        camera.since_us / 1e6,
        camera.grab_fps,
        camera.sent_fps,
        camera.interval_us / 1e6,
        camera.width,
        camera.height,
        camera.differs,
    )


def _labels(hub: BundleHub, cameras: tuple[CameraStatus, ...]) -> dict[int, str]:
    """Return what each camera is called: its name, with its index where two have one name."""
    labels: dict[int, str] = {}
    used: set[str] = set()
    for camera in cameras:
        info = hub.cameras.get(camera.index)
        name = info.name if info is not None else str(camera.index)
        labels[camera.index] = f"{name} #{camera.index}" if name in used else name
        used.add(name)
    return labels


def _info(
    infos: dict[int, CameraInfo], cameras: tuple[CameraStatus, ...], names: dict[int, str]
) -> Metric:
    labels = ["camera", "serial", "vendor", "model", "pixel_format"]
    family = GaugeMetricFamily("camstrm_camera_info", "Always 1; who the camera is", labels=labels)
    for camera in cameras:
        info = infos.get(camera.index) or CameraInfo(camera.index, "")
        words = [names[camera.index], info.serial, info.vendor, info.model, camera.pixel_format]
        family.add_metric(words, 1)
    return family


def _gauge(name: str, what: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"camstrm_camera_{name}", what, labels=["camera"])


def _counter(name: str, what: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"camstrm_camera_{name}", what, labels=["camera"])
