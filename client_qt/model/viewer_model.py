"""What the viewer knows of server and cameras. No Qt, no clock, no socket.

Fed with decoded wire objects and monotonic times in seconds; asked for what is to be
shown (display.py words it).
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence

from camstrm.client.clock_offset import ClockOffset
from camstrm.rates import SlidingRate
from camstrm.wire import CameraInfo, CameraLease, FrameBundle, Hello, Leases, Status
from client_qt.model.camera_model import CameraModel

__all__ = ["Connection", "ViewerModel"]

SILENT_AFTER_S = 3.0
"""No message for so long: stalled. A server sends a status each second."""

NO_BUNDLE_AFTER_S = 2.0
"""No bundle for so long although pictures are wanted: stalled."""


class Connection(enum.Enum):
    """How the connection to the server does."""

    CONNECTING = "connecting"
    LIVE = "live"
    NO_INPUT = "no frame input"
    STALLED = "stalled"
    LOST = "lost"
    """Not connected; the next attempt comes by itself."""


class ViewerModel:
    """State machine of a viewer; methods named ``receive_*`` and ``connection_*`` feed it.

    Used by the UI thread only. Times are monotonic seconds.
    """

    def __init__(self) -> None:
        self.cameras: dict[int, CameraModel] = {}
        """By index; they outlive a connection, so that their pictures stay on the screen."""
        self.clock = ClockOffset()
        self.hello: Hello | None = None
        """The last one of this connection."""
        self.status: Status | None = None
        """The last one of this connection."""
        self.leases: dict[int, CameraLease] = {}
        """Who may change a camera, by its index; without an entry nobody holds its lease."""
        self.reason = ""
        """Why the last connection ended, as a sentence for the user."""
        self.wants_pictures = True
        """Whether any picture is subscribed."""
        self.ever_connected = False
        """Words a failure: lost, or never there."""
        self._is_open = False
        """Whether the WebSocket is open."""
        self._retry_at: float | None = None
        """When the next attempt begins; None while one is under way or not planned."""
        self._lost_at: float | None = None
        """Since when there is no connection; None while there is one and before the first loss."""
        self._last_message: float | None = None
        """When this connection brought its last message."""
        self._last_bundle: float | None = None
        """When this connection brought its last bundle."""
        self._wanted_since = 0.0
        """Since when bundles are due: opened, or asked for pictures again."""
        self.bundles = SlidingRate()
        self._bytes = SlidingRate()

    def connection_started(self) -> None:
        """Note that an attempt to connect is under way."""
        self._retry_at = None

    def connection_opened(self, now: float) -> None:
        """Note that the WebSocket is open."""
        self._is_open = True
        self.ever_connected = True
        self.reason = ""
        self.hello = None
        self.status = None
        self.leases = {}
        self._lost_at = None
        self._last_message = None
        self._last_bundle = None
        self._wanted_since = now
        # The next messages come from another server or way.
        self.clock = ClockOffset()

    def connection_lost(self, reason: str, retry_in_s: float, now: float) -> None:
        """Note that the connection ended or could not be made, and why."""
        if self._is_open or self._lost_at is None:
            self._lost_at = now
        self._is_open = False
        self.reason = reason
        self._retry_at = now + retry_in_s

    def receive_hello(self, hello: Hello, now: float) -> list[int]:
        """Take the list of cameras; return the indexes whose old picture must go.

        A camera that is the same as before keeps its picture and counters over a
        reconnect, so that the window does not go black.
        """
        self._last_message = now
        self.hello = hello
        before = self.cameras
        self.cameras = {}
        for info in hello.cameras:
            old = before.get(info.index)
            keep = old is not None and _identity(old.info) == _identity(info)
            self.cameras[info.index] = old if old is not None and keep else CameraModel(info)
            self.cameras[info.index].info = info
        return [i for i, old in before.items() if self.cameras.get(i) is not old]

    def receive_status(self, status: Status, now: float) -> None:
        """Take the server's counters and the state of every camera."""
        self._last_message = now
        self.status = status
        self.clock.observe(status.time_us, now)
        for camera in status.cameras:
            if known := self.cameras.get(camera.index):
                known.receive_status(camera)

    def receive_leases(self, message: Leases) -> None:
        """Take who may change which camera."""
        self.leases = {lease.camera: lease for lease in message.leases if lease.holder}

    def receive_bundle(self, bundle: FrameBundle, size: int, now: float) -> None:
        """Take the headers of a bundle of ``size`` bytes."""
        self._last_message = self._last_bundle = now
        self.bundles.add(now)
        self._bytes.add(now, size)
        sent_us = max((f.encoded_time_us for f in bundle.frames), default=0)
        self.clock.observe(max(bundle.timestamp_us, sent_us), now)
        if self.hello is None:
            self._adopt([f.camera_index for f in bundle.frames])
        for frame in bundle.frames:
            if known := self.cameras.get(frame.camera_index):
                known.receive_frame(frame, reduced=self.reduced > 0)

    def want_pictures(self, wanted: bool, now: float) -> None:
        """Note whether any picture is subscribed (none is while the window is minimised)."""
        if wanted and not self.wants_pictures:
            self._wanted_since = now
        self.wants_pictures = wanted

    def connection(self, now: float) -> Connection:
        """Return how the connection does at ``now``."""
        if not self._is_open:
            return Connection.CONNECTING if self._lost_at is None else Connection.LOST
        if self._last_message is None:
            silent = now - self._wanted_since > SILENT_AFTER_S
            return Connection.STALLED if silent else Connection.CONNECTING
        if now - self._last_message > SILENT_AFTER_S:
            return Connection.STALLED
        if self.status is not None and self.status.input == "none":
            return Connection.NO_INPUT
        if self.wants_pictures and self.bundle_silence(now) > self._bundle_patience():
            return Connection.STALLED
        return Connection.LIVE

    def bundle_silence(self, now: float) -> float:
        """Return seconds since the last bundle, or since pictures were asked for."""
        return now - max(self._last_bundle or 0.0, self._wanted_since)

    def lost_for(self, now: float) -> float:
        """Return seconds since the connection was lost, 0.0 while there is one."""
        return 0.0 if self._lost_at is None else now - self._lost_at

    def retry_in(self, now: float) -> float | None:
        """Return seconds until the next attempt, None while one is under way."""
        return None if self._retry_at is None else max(self._retry_at - now, 0.0)

    @property
    def stream_fps(self) -> float:
        """Bundles per second that the server means to send."""
        return 30.0 if self.hello is None else self.hello.limits.stream_fps

    @property
    def reduced(self) -> int:
        """Longest side to which the server reduces pictures for this viewer; 0: it does not."""
        viewer = None if self.status is None else self.status.viewer
        return 0 if viewer is None else viewer.reduced

    def megabits(self, now: float) -> float:
        """Return Mbit/s received in bundles."""
        return self._bytes.rate(now) * 8 / 1e6

    def largest_camera(self) -> int | None:
        """Return the index of the camera with the largest frame, the first of equals."""
        return max(
            sorted(self.cameras),
            key=lambda index: math.prod(self.cameras[index].source_size),
            default=None,
        )

    def _bundle_patience(self) -> float:
        return max(NO_BUNDLE_AFTER_S, 3.0 / self.stream_fps if self.stream_fps > 0 else 0.0)

    def _adopt(self, indexes: Sequence[int]) -> None:
        # A server without hello: the cameras are those of the newest bundle.
        if set(indexes) != set(self.cameras):
            self.cameras = {
                i: self.cameras.get(i) or CameraModel(CameraInfo(i, f"camera {i}"))
                for i in sorted(set(indexes))
            }


def _identity(info: CameraInfo) -> tuple[str, str]:
    return (info.serial, "" if info.serial else info.name)
