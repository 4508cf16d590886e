"""The settings of camstrm: frozen structs with units, limits and defaults.

``Meta(extra=...)`` carries what an error message says: ``wanted`` describes a pattern
in words, ``hint_integer`` is added when a number was given.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from camstrm.config.control_settings import ControlSettings
from camstrm.feature import FeatureSetting

__all__ = [
    "ID_PREFIX",
    "BridgeSettings",
    "CameraSettings",
    "Config",
    "FeatureValue",
    "LogSettings",
    "ProcessSettings",
    "ProducerSettings",
    "SocketSettings",
    "StreamSettings",
    "feature_key",
    "name_from",
    "text_form",
]

ID_PREFIX = "id:"
"""Before a GenTL device ID where it stands in place of a serial number."""

_NAME_MAX = 64
"""Characters of a camera's name; at most 256 bytes of UTF-8, three times as many in a URL."""

_NOT_IN_NAMES = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff/"
"""Control characters, line separators, halves of pairs, and what separates parts of a URL.

A slash would be a legal "%2F", but proxies in front of the bridge refuse or decode it.
"""

FeatureValue = bool | int | float | str
"""Value of a GenICam feature: boolean, integer, float, or enumeration entry / string."""


def text_form(pattern: str, wanted: str, *, max_length: int | None = None) -> Meta:
    """Return the rule that a text has a form, which messages describe as ``wanted``."""
    return Meta(pattern=pattern, max_length=max_length, extra={"wanted": wanted})


CameraName = Annotated[
    str,
    text_form(
        rf"^(?!\s)[^{_NOT_IN_NAMES}]*(?<!\s)\Z",
        "a name without '/' and control characters that neither begins nor ends with a blank "
        "(it stands in URLs)",
        max_length=_NAME_MAX,
    ),
]
_QUOTES = "put quotes round it: serial numbers are strings, leading zeros count"
SerialNumber = Annotated[str, Meta(min_length=1, max_length=512, extra={"hint_integer": _QUOTES})]
FeatureName = Annotated[
    str,
    text_form(
        r"^(?a:[A-Za-z_]\w{0,127}(\[[A-Za-z_]\w{0,127}=[\w.\-]{1,128}\])?)\Z",
        "a GenICam feature name, as Gain or as BalanceRatio[BalanceRatioSelector=Red]",
    ),
]
Features = dict[FeatureName, FeatureValue]
VariableName = Annotated[str, text_form(r"^[^=\x00]+\Z", "a name of an environment variable")]
VariableValue = Annotated[str, text_form(r"^[^\x00]*\Z", "text without NUL")]
HostName = Annotated[str, text_form(r"^[^/\s?#@]+\Z", "a host name or address")]
Origin = Annotated[
    str, text_form(r"^https?://[^/\s?#@]+\Z", "scheme, host and port only, as 'https://host:8443'")
]
NonEmpty = Annotated[str, Meta(min_length=1)]
Seconds = Annotated[float, Meta(ge=0.05, le=3600)]
SendTimeout = Annotated[float, Meta(ge=0.1, le=300)]


class StreamSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What viewers get.

    ``fps``: bundles per second. ``max_width``, ``max_height``: pixels; larger pictures
    are scaled down to fit (default: half of 2656x2304, the largest camera of the
    reference set). ``quality``: of the JPEG, 1 to 100. ``max_mbit``: most that a viewer of
    all cameras and views is sent, in 10^6 bit/s (0: no limit); quality goes down first, then size.
    ``max_views``: regions and other views of all viewers that are made beside the whole pictures,
    of all cameras together; equal ones count once, small whole pictures (640 pixels) do not.
    """

    fps: Annotated[float, Meta(ge=1, le=60)] = 30.0
    max_width: Annotated[int, Meta(ge=16, le=16384)] = 1328
    max_height: Annotated[int, Meta(ge=16, le=16384)] = 1152
    quality: Annotated[int, Meta(ge=1, le=100)] = 80
    max_mbit: Annotated[float, Meta(ge=0, le=100_000)] = 0.0
    max_views: Annotated[int, Meta(ge=0, le=64)] = 8

    def for_camera(self, camera: CameraSettings) -> StreamSettings:
        """Return these settings with the camera's own in place of the stream's."""
        return msgspec.structs.replace(
            self,
            max_width=camera.max_width or self.max_width,
            max_height=camera.max_height or self.max_height,
            quality=camera.quality or self.quality,
        )


class SocketSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The UNIX socket between grabber and bridge.

    ``path``: empty for the default place. ``allowed_uids``: user ids that may connect
    besides the service's own user.
    """

    path: str = ""
    allowed_uids: tuple[Annotated[int, Meta(ge=0, le=2**32 - 2)], ...] = ()


class BridgeSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The WebSocket and HTTP server.

    ``token_file``: empty for the default place. ``allowed_origins``: pages of other
    hosts that may connect, spelled ``https://host:port``. ``allowed_hosts``: names under
    which the server may be addressed besides its own (DNS rebinding). ``send_timeout_s``:
    a viewer that takes nothing for so long is cut off. ``window``: bundles that a viewer
    may leave unacknowledged at most; the bridge uses as few as its path needs (4 keep
    30 fps where bundles are acknowledged after up to 133 ms).
    ``max_connections_per_address``: connections of any kind that one address may have open; 0
    takes 8 for each of ``max_clients_per_address``.
    ``tls_cert``, ``tls_key``: PEM files, both or none. ``hsts_max_age_s``: with TLS, how long
    browsers use nothing but https for this server's name (RFC 6797; 0: they forget it).
    ``control``: who may change what.
    """

    host: NonEmpty = "0.0.0.0"  # noqa: S104  viewers are on other machines; the token guards it
    port: Annotated[int, Meta(ge=1, le=65535)] = 8765
    auth: bool = True
    token_file: str = ""
    allowed_origins: tuple[Origin, ...] = ()
    allowed_hosts: tuple[HostName, ...] = ()
    max_clients: Annotated[int, Meta(ge=1, le=10000)] = 64
    max_clients_per_address: Annotated[int, Meta(ge=1, le=10000)] = 16
    max_connections_per_address: Annotated[int, Meta(ge=0, le=100_000)] = 0
    send_timeout_s: SendTimeout = 5.0
    window: Annotated[int, Meta(ge=1, le=16)] = 4
    tls_cert: str = ""
    tls_key: str = ""
    hsts_max_age_s: Annotated[int, Meta(ge=0, le=10 * 365 * 86400)] = 30 * 86400
    control: ControlSettings = ControlSettings()


class LogSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What grabber and bridge log on standard error.

    ``level``: lines of this level and above. ``format``: "text" for people, or "json": one object
    a line, for programs. Options of the command line go before both.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class ProcessSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Camera processes and how long they may take; all times in seconds.

    ``single_process``: everything in the grabber's own process (debugging).
    ``profile_dirs``: folders with GenTL profiles of the user's own.
    ``open_timeout_s``: from the start of a camera process until its cameras are open.
    ``stall_timeout_s``: without a complete frame for so long a camera counts as stalled
    (never less than 5 frame periods, and longer while the rate is not known).
    ``silence_timeout_s``: a camera process that says nothing for so long is ended; above the
    6 s for which a dead GigE camera was seen to block its process. ``stop_timeout_s``: for an
    orderly end, then it is killed (an open, healthy camera closes in a few tenths).
    ``restart_delay_s`` doubles with each failure up to ``restart_delay_max_s``.
    ``realtime``: the threads that take frames from the cameras ask for a real-time priority.
    """

    single_process: bool = False
    profile_dirs: tuple[NonEmpty, ...] = ()
    open_timeout_s: Seconds = 30.0
    stall_timeout_s: Seconds = 2.0
    silence_timeout_s: Seconds = 10.0
    stop_timeout_s: Seconds = 1.5
    restart_delay_s: Seconds = 1.0
    restart_delay_max_s: Seconds = 30.0
    realtime: bool = False


class ProducerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One GenTL producer.

    ``cti``: path of the .cti file. ``profile``: name of a GenTL profile (empty: matched
    by file name and bus). ``python``: another interpreter for its camera processes
    (empty: the grabber's own). ``env``: variables for its camera processes, after the
    profile's.
    """

    cti: NonEmpty
    profile: str = ""
    python: str = ""
    env: dict[VariableName, VariableValue] = {}


def feature_key(setting: FeatureSetting) -> str:
    """Return the key of a setting in ``features``: ``Name`` or ``Name[Selector=Value]``."""
    chosen = ",".join(f"{name}={value}" for name, value in setting.selectors.items())
    return f"{setting.feature}[{chosen}]" if chosen else setting.feature


def name_from(selector: str) -> str:
    """Return a camera's name made from its serial number or "id:..."; always a valid name.

    What a name may not have becomes '_'. A name that differs from its serial number or device
    ID, or would be too long, ends with a part of a hash, so that no two become the same.
    """
    text = selector.removeprefix(ID_PREFIX)
    name = re.sub(rf"[{_NOT_IN_NAMES}]", "_", unicodedata.normalize("NFC", text)).strip()
    if name == text and 0 < len(name) <= _NAME_MAX:
        return name
    # Late: it loads OpenSSL.
    import hashlib

    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: _NAME_MAX - 9].strip() or 'camera'}-{digest}"


class CameraSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One camera.

    ``serial``: its serial number, or "id:" and its GenTL device ID. ``name``: what viewers
    see (empty: made from ``serial``, see ``label``). ``cti``: only
    needed when two producers show the same serial number. ``num_buffers``: 0 computes it
    from the frame rate. ``features``: SFNC names to values for the camera, in the order
    written (``true`` for a command executes it; ``Name[Selector=Entry]`` sets the selector
    first). ``stream_features``: the same for the producer's data stream. ``reset``: load
    the camera's default user set first. ``ptp``: switch on IEEE 1588. ``max_width``,
    ``max_height``, ``quality``: 0 takes the stream's. ``mirror``, ``rotation``: how viewers show
    its pictures: left and right exchanged first, then turned clockwise by degrees.
    """

    serial: SerialNumber
    name: CameraName = ""
    cti: str = ""
    profile: str = ""
    num_buffers: Annotated[int, Meta(ge=0, le=1024)] = 0
    reset: bool = False
    ptp: bool = False
    max_width: Annotated[int, Meta(ge=0, le=16384)] = 0
    max_height: Annotated[int, Meta(ge=0, le=16384)] = 0
    quality: Annotated[int, Meta(ge=0, le=100)] = 0
    rotation: Literal[0, 90, 180, 270] = 0
    mirror: bool = False
    features: Features = {}
    stream_features: Features = {}

    @property
    def label(self) -> str:
        """The name to show, in Unicode's composed form (NFC): it is typed, compared and linked."""
        return unicodedata.normalize("NFC", self.name) or name_from(self.serial)


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of grabber and bridge; in the file ``[[producer]]`` and ``[[camera]]``."""

    stream: StreamSettings = StreamSettings()
    socket: SocketSettings = SocketSettings()
    bridge: BridgeSettings = BridgeSettings()
    process: ProcessSettings = ProcessSettings()
    log: LogSettings = LogSettings()
    producers: tuple[ProducerSettings, ...] = msgspec.field(default=(), name="producer")
    cameras: Annotated[tuple[CameraSettings, ...], Meta(max_length=256)] = msgspec.field(
        default=(), name="camera"
    )
