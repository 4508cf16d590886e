"""Control messages: one JSON object each, named by its ``type`` (see message_codec.py).

The same text travels in WebSocket text messages and in TEXT packets of the UNIX
socket. Unknown fields are ignored and unknown types decode to UnknownMessage, so that
a later peer can say more. FORMAT.md beside this file is the normative text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "MAX_TEXT_SIZE",
    "MAX_VIEWER_TEXT_SIZE",
    "MESSAGE_TYPES",
    "PROTOCOL",
    "Ack",
    "CameraInfo",
    "CameraStatus",
    "Demand",
    "FrameRequest",
    "Goodbye",
    "Hello",
    "Limits",
    "Message",
    "Refused",
    "Report",
    "Start",
    "Status",
    "Stop",
    "Subscribe",
    "UnknownMessage",
    "ViewerStatus",
]

PROTOCOL = 1
"""Version of the control messages; a peer with another number says so and stops."""

MAX_TEXT_SIZE = 1024 * 1024
"""Bytes of one control message from a server or grabber."""

MAX_VIEWER_TEXT_SIZE = 4096
"""Bytes of one control message from a viewer."""


@dataclass(frozen=True)
class CameraInfo:
    """Who a camera is. ``index`` is its camera_index in bundles; strings as GenTL gives them."""

    index: int
    name: str
    serial: str = ""
    model: str = ""
    vendor: str = ""


@dataclass(frozen=True)
class Limits:
    """What the server grants: at most ``window`` bundles unacknowledged, message sizes in bytes."""

    window: int = 2
    max_message_size: int = MAX_VIEWER_TEXT_SIZE
    stream_fps: float = 30.0


@dataclass(frozen=True)
class Hello:
    """First message of a server, sent again when the cameras change.

    ``session`` is new for each start of the sender: sequence numbers start again with it.
    """

    session: str
    server: str = ""
    protocol: int = PROTOCOL
    cameras: tuple[CameraInfo, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class CameraStatus:
    """Counters of one camera since the grabber's start, and rates.

    ``delivered`` complete frames that the producer handed over, ``incomplete`` frames
    with missing data, ``rejected`` frames of a wrong size, ``underrun`` frames the
    producer lost for want of a buffer, ``overwritten`` frames that a newer one replaced
    before anybody asked for them (normal: the stream is slower than the camera),
    ``gaps`` frame ids that never came, ``missed`` ticks at which the picture was not
    ready, ``reconnects`` times the camera was opened again, ``restarts`` times its
    process was started again. ``grab_fps`` and ``sent_fps`` are means of the last second, and
    of at least the last three frames: a camera of 0.5 fps reads 0.5. ``interval_us``: usual
    time between two frames of the camera, 0 while it is not known.
    """

    index: int
    state: int
    since_us: int = 0
    reason: str = ""
    pixel_format: str = ""
    width: int = 0
    height: int = 0
    delivered: int = 0
    incomplete: int = 0
    rejected: int = 0
    underrun: int = 0
    overwritten: int = 0
    gaps: int = 0
    encoded: int = 0
    missed: int = 0
    reconnects: int = 0
    restarts: int = 0
    grab_fps: float = 0.0
    sent_fps: float = 0.0
    interval_us: int = 0


@dataclass(frozen=True)
class ViewerStatus:
    """What one viewer got: bundles ``sent``, ``skipped`` and why the last one was skipped."""

    id: int
    sent: int = 0
    skipped: int = 0
    reason: str = ""
    in_flight: int = 0
    sent_fps: float = 0.0


@dataclass(frozen=True)
class Status:
    """State of everything, once a second.

    ``input`` is "ok", or "none" when no grabber is connected (then ``cameras`` are the
    last known). ``viewer`` is the receiver itself; ``viewers`` how many there are.
    """

    time_us: int
    input: str = "ok"
    input_since_us: int = 0
    bundle_fps: float = 0.0
    bundles: int = 0
    bundles_dropped: int = 0
    cameras: tuple[CameraStatus, ...] = ()
    viewers: int = 0
    viewer: ViewerStatus | None = None


@dataclass(frozen=True)
class Ack:
    """From a viewer: bundle ``seq`` (and all before it) is decoded and shown."""

    seq: int


@dataclass(frozen=True)
class Subscribe:
    """From a viewer: the cameras it wants (None: all, empty: none) and how often at most."""

    cameras: tuple[int, ...] | None = None
    max_fps: float | None = None


@dataclass(frozen=True)
class Demand:
    """From bridge to grabber: the cameras somebody watches (None: all) and how fast.

    ``refresh`` asks for every picture again, also those that were sent before.
    """

    cameras: tuple[int, ...] | None = ()
    max_fps: float | None = None
    refresh: bool = False


@dataclass(frozen=True)
class Refused:
    """From bridge to grabber, before the connection is closed: the place is taken.

    ``reason`` is a sentence for the user that names the grabber that is there.
    """

    reason: str = ""


@dataclass(frozen=True)
class Goodbye:
    """From grabber to bridge, before the connection is closed: the grabber ends on purpose."""


@dataclass(frozen=True)
class Start:
    """From grabber to a camera process: what to open (``settings`` as JSON object)."""

    settings: dict[str, Any]


@dataclass(frozen=True)
class FrameRequest:
    """From grabber to a camera process: encode and return the newest pictures now.

    ``refresh`` lists the cameras whose picture is wanted even if it was returned before.
    ``quality``: most that the JPEGs may have, 1 to 100; ``halvings``: how often their sides
    are halved once more than settings say.
    """

    seq: int
    cameras: tuple[int, ...] = ()
    refresh: tuple[int, ...] = ()
    quality: int = 100
    halvings: int = 0


@dataclass(frozen=True)
class Report:
    """From a camera process: who its cameras are and how they do; at least once a second.

    ``heartbeats_s``: for each of ``infos`` the seconds for which the camera stays locked if
    this process dies, 0 where unknown. ``fatal`` says why the process is about to end, empty
    while it runs.
    """

    cameras: tuple[CameraStatus, ...] = ()
    infos: tuple[CameraInfo, ...] = ()
    heartbeats_s: tuple[float, ...] = ()
    fatal: str = ""


@dataclass(frozen=True)
class Stop:
    """From grabber to a camera process: close the cameras and end."""


@dataclass(frozen=True)
class UnknownMessage:
    """A type that this code does not know; to be ignored."""

    type: str


Message = (
    Hello
    | Status
    | Ack
    | Subscribe
    | Demand
    | Refused
    | Goodbye
    | Start
    | FrameRequest
    | Report
    | Stop
    | UnknownMessage
)

MESSAGE_TYPES: dict[str, type[Any]] = {
    "hello": Hello,
    "status": Status,
    "ack": Ack,
    "subscribe": Subscribe,
    "demand": Demand,
    "refused": Refused,
    "goodbye": Goodbye,
    "start": Start,
    "request": FrameRequest,
    "report": Report,
    "stop": Stop,
}
"""The classes of messages by what their ``type`` says."""
