"""Control messages: one JSON object each, named by its ``type``.

The same text travels in WebSocket text messages and in TEXT packets of the UNIX
socket; crossing.py says which message belongs where. Unknown fields are ignored, so
that a later peer can say more. FORMAT.md beside this file is the normative text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from camstrm.camera_state import CameraCondition, CameraCounters, Count
from camstrm.feature import FeatureSetting
from camstrm.wire.bundle import MAX_CAMERAS
from camstrm.wire.json_text import OWN_WORDS
from camstrm.wire.views import Region, View

PROTOCOL = 1
"""Version of the control messages; a peer with another number says so and stops."""

MAX_TEXT_SIZE = 1024 * 1024
"""Bytes of one control message from a server or grabber."""

MAX_VIEWER_TEXT_SIZE = 64 * 1024
"""Bytes of one control message from a viewer: a file of features fits."""

MAX_NAME = 256
"""Bytes in UTF-8 of a name in ``hello``: of a camera, its maker, a session, a server."""

Name = Annotated[str, Meta(max_length=MAX_NAME)]
"""Its characters are counted where it is decoded, and its bytes by the message that has it."""

CameraIndex = Annotated[int, Meta(ge=0, le=MAX_CAMERAS - 1)]

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What ends a line or moves the cursor where a name is printed."""

Rate = Annotated[float, Meta(ge=0, le=1e300)]
"""A real number that is never negative."""


class Message(Struct, frozen=True, tag_field="type"):
    """A control message; its ``type`` is the tag of its class."""


class CameraInfo(Struct, frozen=True):
    """What names a camera: ``index`` in bundles, and strings as GenTL gives them.

    ``mirror``, ``rotation``: how a viewer shows its pictures, which come as the sensor has them:
    left and right exchanged first, then turned clockwise by 0, 90, 180 or 270 degrees. A reader
    takes another number for 0.
    """

    index: CameraIndex
    name: Name
    serial: Name = ""
    model: Name = ""
    vendor: Name = ""
    rotation: Count = 0
    mirror: bool = False

    def cut(self) -> CameraInfo:
        """Return it with names that a message may hold: a camera may say anything of itself.

        Control characters become escapes, and what is too long is cut.
        """
        names = (self.name, self.serial, self.model, self.vendor)
        name, serial, model, vendor = map(cut_name, names)
        if (name, serial, model, vendor) == names:
            return self
        return CameraInfo(self.index, name, serial, model, vendor, self.rotation, self.mirror)


def cut_name(text: str) -> str:
    r"""Return a name as a message may hold it: ``\x1b`` for an escape, MAX_NAME bytes at most."""
    text = _CONTROL.sub(lambda c: c[0].encode("unicode_escape").decode("ascii"), text)
    if len(text) * 4 <= MAX_NAME:
        return text
    return text.encode("utf-8", "replace")[:MAX_NAME].decode("utf-8", "ignore")


def _check_names(whose: str, *names: str) -> None:
    """Raise ValueError for a name of more than MAX_NAME bytes."""
    size = max(len(name.encode("utf-8", "replace")) for name in names)
    if size > MAX_NAME:
        raise ValueError(f"{OWN_WORDS}{whose} has a name of {size} bytes, {MAX_NAME} at most")


def _check_different(what: str, values: Sequence[object]) -> None:
    """Raise ValueError if two cameras have the same."""
    counts = Counter(values)
    if len(counts) < len(values):
        twice = counts.most_common(1)[0][0]
        raise ValueError(f"{OWN_WORDS}two cameras have the {what} {twice!r}")


class Limits(Struct, frozen=True):
    """What the server grants.

    At most ``window`` bundles unacknowledged, ``max_message_size`` bytes of a message,
    ``max_calls`` open calls of a viewer and ``max_views`` different views of all viewers.

    The defaults are what a viewer takes for granted where the server leaves a member out.
    A bridge leaves out none: its ``window`` is the configured one.
    """

    window: Count = 2
    max_message_size: Count = 4096
    stream_fps: Rate = 30.0
    max_calls: Count = 0
    max_views: Count = 0


class Hello(Message, frozen=True, tag="hello"):
    """First message of a server, sent again when the cameras change.

    ``session`` is new for each start of the sender: sequence numbers start again with it. No two
    cameras have one index, or one name.
    """

    session: Name
    server: Name = ""
    protocol: Count = PROTOCOL
    cameras: Annotated[tuple[CameraInfo, ...], Meta(max_length=MAX_CAMERAS)] = ()
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        _check_names("the sender", self.session, self.server)
        for camera in self.cameras:
            names = (camera.name, camera.serial, camera.model, camera.vendor)
            _check_names(f"camera {camera.index}", *names)
        _check_different("index", [camera.index for camera in self.cameras])
        _check_different("name", [camera.name for camera in self.cameras])


class _CameraStatusHead(CameraCounters):
    """The members of a camera's status that come before its counters."""

    index: CameraIndex
    state: Count
    since_us: Count = 0
    reason: str = ""
    pixel_format: Name = ""
    width: Count = 0
    height: Count = 0


class CameraStatus(_CameraStatusHead, frozen=True, kw_only=True):  # type: ignore[misc]  # frozen over not
    """State, counters since the grabber's start, and rates of one camera.

    The counters are those of CameraCounters, which is not frozen for those who count.
    ``grab_fps`` and ``sent_fps`` are means of the last second, and of at least the last three
    frames: a camera of 0.5 fps reads 0.5. ``interval_us``: usual time between two frames of
    the camera, 0 while it is not known. ``differs``: how many features were set live and have
    another value than the configuration says.
    """

    grab_fps: Rate = 0.0
    sent_fps: Rate = 0.0
    interval_us: Count = 0
    differs: Count = 0

    @property
    def condition(self) -> CameraCondition:
        """State, since when and why."""
        return CameraCondition(self.state, self.since_us, self.reason)


class ViewerStatus(Struct, frozen=True):
    """What one viewer got: bundles ``sent``, ``skipped`` and why the last one was skipped.

    ``name`` and ``role`` are those of its token, empty without one. ``reduced``: longest side in
    pixels to which whole pictures are scaled down because the link is slow, 0: they are not.
    ``window``: bundles that may be unacknowledged now. ``round_trip_us``: usual time from a
    bundle's way to its acknowledgement, decoding and showing included, 0 while it is not known.
    ``skips``: the bundles of ``skipped`` by reason.
    """

    id: Count
    sent: Count = 0
    skipped: Count = 0
    reason: str = ""
    in_flight: Count = 0
    sent_fps: Rate = 0.0
    name: str = ""
    role: str = ""
    reduced: Count = 0
    window: Count = 0
    round_trip_us: Count = 0
    skips: dict[str, Count] = {}


class Status(Message, frozen=True, tag="status"):
    """State of everything, once a second.

    ``input`` is "ok", or "none" when no grabber is connected (then ``cameras`` are the
    last known), of which no two have one index. ``viewer`` is the receiver itself; ``viewers``
    how many there are.
    """

    time_us: Count
    input: str = "ok"
    input_since_us: Count = 0
    bundle_fps: Rate = 0.0
    bundles: Count = 0
    bundles_dropped: Count = 0
    cameras: Annotated[tuple[CameraStatus, ...], Meta(max_length=MAX_CAMERAS)] = ()
    viewers: Count = 0
    viewer: ViewerStatus | None = None

    def __post_init__(self) -> None:
        _check_different("index", [camera.index for camera in self.cameras])


class Ack(Message, frozen=True, tag="ack"):
    """From a viewer: bundle ``seq`` (and all before it) is decoded and shown."""

    seq: Count


class Subscribe(Message, frozen=True, tag="subscribe"):
    """From a viewer: the cameras it wants (None: all, empty: none) and how often at most.

    ``views``: what it wants beside the whole pictures of these cameras. Answered with Views.
    ``reduce``: it may be sent smaller pictures where it takes less than a bundle a second.
    """

    cameras: tuple[Count, ...] | None = None
    max_fps: Rate | None = None
    views: tuple[View, ...] = ()
    reduce: bool = True


class GrantedView(Struct, frozen=True, omit_defaults=True):
    """What became of a wished view: ``view`` is its id in bundles, 0 if it was refused.

    ``refused``: a sentence that says why. ``region``: the part of the sensor that is sent, None
    for the whole picture.
    """

    view: Count
    camera: Count
    region: Region | None = None
    refused: str = ""


class Views(Message, frozen=True, tag="views"):
    """To a viewer after a subscribe with views, and when it changes: in the order of the wishes."""

    views: tuple[GrantedView, ...]


class CameraLease(Struct, frozen=True, omit_defaults=True):
    """Who may change a camera now; without a holder nobody may, and the lease can be taken.

    ``holder``: name of the token; ``viewer``: number of its connection; ``until_us``: when it
    ends without a change, UTC; ``asked_by``: name of the person who would like to have it.
    """

    camera: Count
    holder: str = ""
    viewer: Count = 0
    until_us: Count = 0
    asked_by: str = ""


class Leases(Message, frozen=True, tag="leases"):
    """To all viewers, when one changes: the cameras whose lease somebody holds."""

    leases: tuple[CameraLease, ...] = ()


class Demand(Message, frozen=True, tag="demand"):
    """From bridge to grabber: the cameras somebody watches (None: all) and how fast.

    ``refresh`` asks for every picture again, also those that were sent before. ``views``:
    what is watched beside the whole pictures.
    """

    cameras: tuple[Count, ...] | None = ()
    max_fps: Rate | None = None
    refresh: bool = False
    views: tuple[View, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is watched."""
        return self.cameras == () and not self.views


class Refused(Message, frozen=True, tag="refused"):
    """From bridge to grabber, before the connection is closed: the place is taken.

    ``reason`` is a sentence for the user that names the grabber that is there.
    """

    reason: str = ""


class Goodbye(Message, frozen=True, tag="goodbye"):
    """From grabber to bridge, before the connection is closed: the grabber ends on purpose."""


class Start(Message, frozen=True, tag="start"):
    """From grabber to a camera process: what to open (``settings`` as JSON object)."""

    settings: dict[str, Any]


class FrameRequest(Message, frozen=True, tag="request"):
    """From grabber to a camera process: encode and return the newest pictures now.

    ``refresh`` lists the cameras whose pictures, also of views, are wanted even if they were
    returned before.
    ``quality``: most that the JPEGs may have, 1 to 100; ``halvings``: how often their sides
    are halved once more than settings say. ``views``: what is wanted beside the whole pictures
    of ``cameras``, of any camera of the process. ``within_us``: microseconds after which the
    answer comes too late for its bundle; views for which there is no time wait for the next one.
    """

    seq: Count
    cameras: tuple[Count, ...] = ()
    refresh: tuple[Count, ...] = ()
    quality: Count = 100
    halvings: Count = 0
    views: tuple[View, ...] = ()
    within_us: Count = 1_000_000


class Report(Message, frozen=True, tag="report"):
    """From a camera process: its cameras and how they are doing; at least once a second.

    ``heartbeats_s``: for each of ``infos`` the seconds for which the camera stays locked if
    this process dies, 0 where unknown. ``fatal`` says why the process is about to end, empty
    while it runs.
    """

    cameras: tuple[CameraStatus, ...] = ()
    infos: tuple[CameraInfo, ...] = ()
    heartbeats_s: tuple[Rate, ...] = ()
    fatal: str = ""


class Live(Message, frozen=True, tag="live"):
    """From a camera process, when it changes: what was set of a camera while it ran.

    The grabber keeps it and gives it to the camera's next process.
    """

    camera: Count
    settings: tuple[FeatureSetting, ...] = ()


class LogLevel(Message, frozen=True, tag="log_level"):
    """From grabber to a camera process: log lines of ``level`` ("INFO") and above from now on."""

    level: str


class Stop(Message, frozen=True, tag="stop"):
    """From grabber to a camera process: close the cameras and end."""


class UnknownMessage(Message, frozen=True, tag=""):
    """A message whose ``type`` (``name``, its first 64 characters) is not known: to be ignored."""

    name: str = ""


def tag_of(message: Message | type[Message]) -> str:
    """Return the ``type`` of a message on the wire."""
    tag = message.__struct_config__.tag
    assert isinstance(tag, str)
    return tag
