"""All operations; those of a camera are here, those of the server in server_operations.py.

For each there is the struct of ``with`` and that of ``result``. A further operation is an entry
of OPERATIONS, two structs, and a handler where it is done. Arguments with unknown fields are
refused: a sender means something by it. Results may grow.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from camstrm.camera_state import Count
from camstrm.feature import (
    FeatureChange,
    FeatureDifference,
    FeatureInfo,
    FeatureSetting,
    FeatureState,
    FeatureValue,
)
from camstrm.feature import Selectors as _Selectors
from camstrm.wire.messages import CameraLease
from camstrm.wire.operation import Arguments, Operation, Result
from camstrm.wire.server_operations import (
    EndShare,
    Events,
    ListShares,
    MakeShare,
    ReadEvents,
    Share,
    Shares,
)
from camstrm.wire.views import Position, Quality, Region, Side

Percent = Annotated[float, Meta(ge=0, le=100)]


# Features.


class ReadFeatures(Arguments, frozen=True):
    """``features``. A tree of this ``hash`` is not sent: the caller has it."""

    hash: str = ""


class FeatureTree(Result, frozen=True):
    """What does not change of all features. ``hash``: of the camera's XML, in hexadecimal.

    ``features`` is empty if the caller has the tree of this hash.
    """

    hash: str
    features: tuple[FeatureInfo, ...] = ()


class ReadValues(Arguments, frozen=True):
    """``values``: the state of these features (None: of all), with these selectors."""

    features: tuple[str, ...] | None = None
    selectors: _Selectors = {}


class WatchValues(Arguments, frozen=True):
    """``watch``: as ``values``, answered when something has changed since ``after``.

    ``after`` is the ``revision`` of the answer before, 0 for all that is known now. With nothing
    new for 5 seconds the answer has no values. At most five answers a second.
    """

    features: tuple[str, ...] | None = None
    after: Count = 0


class FeatureValues(Result, frozen=True):
    """The state of features by name: of all that were asked for, or what changed.

    ``live``: what was set while the camera ran and is applied again after a reconnect.
    ``unread``: those that a slow camera did not give within the time of a call; ask again.
    """

    revision: Count = 0
    features: dict[str, FeatureState] = {}
    live: tuple[FeatureSetting, ...] = ()
    unread: tuple[str, ...] = ()


class SetFeature(Arguments, frozen=True):
    """``set``: write ``value``. Of several that wait for one feature the newest wins.

    ``stop``: the camera may be stopped for it where the feature is locked while it streams.
    ``clamp``: a number out of range becomes the nearest possible one, otherwise it is refused.
    """

    feature: str
    value: FeatureValue
    selectors: _Selectors = {}
    stop: bool = False
    clamp: bool = False


class ExecuteCommand(Arguments, frozen=True):
    """``execute``: a command feature."""

    feature: str
    selectors: _Selectors = {}


class RevertFeatures(Arguments, frozen=True):
    """``revert``: what the configuration says of these features (None: of all that were set)."""

    features: tuple[str, ...] | None = None
    stop: bool = False


class Changes(Result, frozen=True):
    """What became of several settings, in their order."""

    changes: tuple[FeatureChange, ...] = ()


class SaveFeatures(Arguments, frozen=True):
    """``save``: a GenApi persistence file. ``all``: also features that are not streamable."""

    all: bool = False


class FeatureFile(Result, frozen=True):
    """A GenApi persistence file (.pfs, .mfs) as text, and of how many settings."""

    text: str
    settings: Count = 0


class LoadFeatures(Arguments, frozen=True):
    """``load``: write what a GenApi persistence file says. ``stop`` as in ``set``."""

    text: str
    stop: bool = False


class CompareFeatures(Arguments, frozen=True):
    """``diff``: what a GenApi persistence file says and the camera has otherwise."""

    text: str


class Differences(Result, frozen=True):
    """What differs, in the order of the file; ``equal``: how many settings do not."""

    differences: tuple[FeatureDifference, ...] = ()
    equal: Count = 0


class KeepFeatures(Arguments, frozen=True):
    """``keep``: the configuration's lines for what was set live of these features (None: of all).

    ``write``: put them into the configuration file, too, where the rest stays as it is.
    """

    features: tuple[str, ...] | None = None
    write: bool = False


class Kept(Result, frozen=True):
    """``toml``: lines for the configuration ``file`` (its path on the server, empty without one).

    ``written``: they are in it now. Without anything that was set live there are no lines.
    """

    file: str = ""
    toml: str = ""
    written: bool = False


# The camera.


class Diagnose(Arguments, frozen=True):
    """``diagnose``: what is known of why this camera does not do what it should."""


class Finding(Struct, frozen=True, omit_defaults=True):
    """``level``: "ok", "note", "warning" or "error"; ``remedy``: what to do, may be empty."""

    level: Literal["ok", "note", "warning", "error"]
    text: str
    remedy: str = ""


class Findings(Result, frozen=True):
    """Findings, the gravest first."""

    findings: tuple[Finding, ...] = ()


class Reconnect(Arguments, frozen=True):
    """``reconnect``: close the camera and open it again, without a pause."""


# Pictures.


class Measure(Arguments, frozen=True):
    """``measure``: the newest frame's raw bits within ``region`` (None: the whole picture).

    ``bins``: of each histogram, a power of two, 0 for none; never more than there are values.
    ``point``: [x, y] of the sensor whose value is asked for. ``line``: [x1, y1, x2, y2] of a line
    profile. ``exact``: look at each pixel, however many there are.
    """

    region: Region | None = None
    bins: Annotated[int, Meta(ge=0, le=4096)] = 256
    point: tuple[Position, Position] | None = None
    line: tuple[Position, Position, Position, Position] | None = None
    exact: bool = False


class ChannelMeasurement(Struct, frozen=True):
    """One colour of the sensor, or its grey. Values are those of the raw bits.

    ``name``: "R", "G", "B" ("G" of a mosaic is both greens together), "Y" and "U", "V" or "Cb",
    "Cr" as the format has them, or "grey".
    ``clipped``: percent of the pixels at the largest value; ``black``: at 0. ``histogram``:
    pixels for each bin, from 0 to the largest value.
    """

    name: str
    mean: float
    minimum: Count
    maximum: Count
    deviation: float
    clipped: Percent
    black: Percent
    histogram: tuple[Count, ...] = ()


class LineProfile(Struct, frozen=True):
    """Values along a line, by colour; ``positions`` in pixels from its begin, at most 2048."""

    positions: tuple[float, ...]
    values: dict[str, tuple[float, ...]]


class Measurement(Result, frozen=True):
    """What was measured of one frame.

    ``bits``: of a value; the largest is 2^bits - 1. ``region``: what was looked at.
    ``pixels``: how many, of each ``step``-th cell of colours in both directions.
    ``sharpness``: the mean of the squared differences between neighbours of one colour, half of it
    from those side by side and half from those one above the other, in parts of the squared largest
    value, times 1e6: grows with focus, and only compares with itself.
    ``point``: value of each colour of the cell at the point; a mosaic's greens are "Gr", in the
    line of the reds, and "Gb".
    """

    pixel_format: str
    bits: Count
    region: Region
    pixels: Count
    step: Count
    channels: tuple[ChannelMeasurement, ...]
    sharpness: float
    frame_id: Count | None = None
    capture_time_us: Count = 0
    point: dict[str, int] = {}
    line: LineProfile | None = None


class TakeStill(Arguments, frozen=True):
    """``still``: one picture of the newest frame, with the reply's data.

    ``region``: None for the whole picture; what is outside the picture is left out. ``scale``
    (1: each pixel of the sensor), ``max_width``, ``max_height``: of a JPEG or a PNG, which are
    made smaller until they fit, never larger. ``quality``: of a JPEG, None: 90. ``bits``: of a
    PNG, per colour; 16 keeps all that the sensor gives, as the highest of 16 where it gives
    more than 8. ``raw``: a TIFF of the raw bits (a mosaic as it is), otherwise of RGB or grey.
    """

    format: Literal["jpeg", "png", "tiff"] = "jpeg"
    region: Region | None = None
    scale: Annotated[float, Meta(gt=0, le=1)] | None = None
    max_width: Side | None = None
    max_height: Side | None = None
    quality: Quality | None = None
    bits: Literal[8, 16] | None = None
    raw: bool = True


class Still(Result, frozen=True):
    """A picture; its bytes are the reply's data, ``size`` of them.

    ``bits``: how many of each value hold what the sensor gave.
    """

    media_type: str
    size: Count
    width: Count
    height: Count
    region: Region
    pixel_format: str
    bits: Count = 8
    frame_id: Count | None = None
    capture_time_us: Count = 0
    device_timestamp_ns: Count | None = None


# Who may.


class ChangeLease(Arguments, frozen=True):
    """``lease``: the right to change this camera.

    "take" it if it is free, "give" it back, "ask" its holder for it, "pass" it to the one
    who asked, "force" it as admin.
    """

    action: Literal["take", "give", "ask", "pass", "force"]


OPERATIONS: dict[str, Operation] = {
    "features": Operation(ReadFeatures, FeatureTree),
    "values": Operation(ReadValues, FeatureValues),
    "watch": Operation(WatchValues, FeatureValues),
    "set": Operation(SetFeature, FeatureChange),
    "execute": Operation(ExecuteCommand, FeatureChange),
    "revert": Operation(RevertFeatures, Changes),
    "save": Operation(SaveFeatures, FeatureFile),
    "load": Operation(LoadFeatures, Changes),
    "diff": Operation(CompareFeatures, Differences),
    "keep": Operation(KeepFeatures, Kept),
    "diagnose": Operation(Diagnose, Findings),
    "reconnect": Operation(Reconnect, Result),
    "measure": Operation(Measure, Measurement),
    "still": Operation(TakeStill, Still, data=True),
    "lease": Operation(ChangeLease, CameraLease),
    "events": Operation(ReadEvents, Events, server=True),
    "share": Operation(MakeShare, Share, server=True),
    "shares": Operation(ListShares, Shares, server=True),
    "unshare": Operation(EndShare, Result, server=True),
}
"""Each operation by its name on the wire."""
