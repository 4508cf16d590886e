from __future__ import annotations

import inspect
import re

import pytest

from camstrm import errors
from camstrm.errors import (
    AddressInUseError,
    BridgeTakenError,
    CallError,
    CameraAmbiguousError,
    CameraBusyError,
    CameraError,
    CameraLockedError,
    CameraLostError,
    CameraNotFoundError,
    CameraRefusedError,
    CameraSubnetError,
    CameraUnreachableError,
    CameraXmlError,
    CamstrmError,
    ChildError,
    ChildTimeoutError,
    ConfigError,
    ImageError,
    NoImageError,
    PayloadSizeError,
    ProducerError,
    ProducerInUseError,
    ProducerTimeoutError,
    ServerError,
    SocketPathError,
    SubjectError,
    UnsupportedPixelFormatError,
    UsageError,
    WireError,
)

SENTENCES = [
    (CamstrmError("it failed"), "it failed"),
    (
        ConfigError("a.toml", "wanted 1 to 60, got 0", line=3, key="stream.fps"),
        "a.toml:3: stream.fps: wanted 1 to 60, got 0",
    ),
    (
        ConfigError("a.toml", "wanted 1 to 60, got 0", key="stream.fps"),
        "a.toml: stream.fps: wanted 1 to 60, got 0",
    ),
    (ConfigError("a.toml", "not TOML", line=3), "a.toml:3: not TOML"),
    (ConfigError("a.toml", "no such file"), "a.toml: no such file"),
    (
        WireError("FrameBundleHeader", "version 2, wanted 1"),
        "FrameBundleHeader: version 2, wanted 1",
    ),
    (SubjectError("a", "it failed", "Do this"), "part a: it failed. Do this"),
    (
        ProducerError("/opt/a.cti", "no such file", "Install the maker's SDK"),
        "GenTL producer /opt/a.cti: no such file. Install the maker's SDK",
    ),
    (ProducerError("/opt/a.cti", "no such file"), "GenTL producer /opt/a.cti: no such file"),
    (
        ProducerTimeoutError("/opt/a.cti", 2.5),
        "GenTL producer /opt/a.cti: did not answer within 2.5 s",
    ),
    (
        ProducerInUseError("/opt/a.cti", "SpinView (pid 7)"),
        (
            "GenTL producer /opt/a.cti: SpinView (pid 7) is using this producer, which supports "
            "only one program at a time, so its cameras were not listed. Close that program first "
            "(this stops its cameras)"
        ),
    ),
    (ChildError("ended with code 3"), "a child process ended with code 3"),
    (ChildTimeoutError(2.5), "a child process did not answer within 2.5 s"),
    (
        CameraError("left", "no feature 'Gain'", "See 'camstrm features'"),
        "camera left: no feature 'Gain'. See 'camstrm features'",
    ),
    (CameraError("left", "no feature 'Gain'"), "camera left: no feature 'Gain'"),
    (
        CameraNotFoundError("left", "S1", ("S2", "S3"), "a.cti"),
        (
            "camera left: no camera with serial number 'S1' under a.cti "
            "(cameras there: 'S2', 'S3'). Check cable, power and the serial number; "
            "'camstrm list' shows what is found"
        ),
    ),
    (
        CameraNotFoundError("left", "S1", (), "a.cti"),
        (
            "camera left: no camera with serial number 'S1' under a.cti (cameras there: none). "
            "Check cable, power and the serial number; 'camstrm list' shows what is found"
        ),
    ),
    (
        CameraNotFoundError("left", "id:7", (), "a.cti"),
        (
            "camera left: no camera with device id '7' under a.cti (cameras there: none). "
            "Check cable, power and the serial number; 'camstrm list' shows what is found"
        ),
    ),
    (
        CameraAmbiguousError("left", "S1", ("id:a b", "id:c")),
        (
            "camera left: 2 cameras have the serial number 'S1'. Choose one by its device id: in "
            "the configuration serial = 'id:a b' or serial = 'id:c'; on the command line "
            "'id:a b' or 'id:c' instead of the serial number"
        ),
    ),
    (
        CameraRefusedError("left", "no (GC_ERR_BUSY -1022)"),
        (
            "camera left: refused: no (GC_ERR_BUSY -1022). 'camstrm doctor' looks for programs "
            "that have it open"
        ),
    ),
    (
        CameraLockedError("left", 2.46),
        (
            "camera left: still locked by the camera process that was killed, until its "
            "heartbeat time is over: for at most 2.5 s"
        ),
    ),
    (
        CameraSubnetError("left", "10.0.0.7/24", "192.168.1.10/24, 10.1.0.1/16", "GC_ERR"),
        (
            "camera left: in a wrong subnet: the camera has the address 10.0.0.7/24, its network "
            "card 192.168.1.10/24, 10.1.0.1/16 (GC_ERR). Give the camera an address in the "
            "subnet of its network card, with the maker's tool"
        ),
    ),
    (
        CameraUnreachableError("left", "no longer listed", bus="GEV"),
        "camera left: no answer; check cable, power and network (no longer listed)",
    ),
    (
        CameraUnreachableError("left", "GC_ERR_TIMEOUT -1011", bus="U3V"),
        "camera left: no answer; check cable, power and USB port (GC_ERR_TIMEOUT -1011)",
    ),
    (
        CameraXmlError("left", "unclosed token", 18),
        (
            "camera left: its XML cannot be read, line 18 (unclosed token). The XML comes from the "
            "camera's firmware: ask its maker for another version"
        ),
    ),
    (
        CameraXmlError("left", "it is empty"),
        (
            "camera left: its XML cannot be read (it is empty). The XML comes from the "
            "camera's firmware: ask its maker for another version"
        ),
    ),
    (
        CameraBusyError("left", "GC_ERR_RESOURCE_IN_USE"),
        (
            "camera left: held by another program (GC_ERR_RESOURCE_IN_USE). Close the maker's "
            "viewer and other grabbers; after a crash a GigE camera stays locked until its "
            "heartbeat time is over"
        ),
    ),
    (CameraLostError("left", "no frame for 5 s"), "camera left: no frame for 5 s"),
    (ImageError("no picture"), "no picture"),
    (
        UnsupportedPixelFormatError(0x01080009, "BayerRG8", "choose Mono8"),
        "pixel format BayerRG8 (0x01080009) cannot be shown: choose Mono8",
    ),
    (
        UnsupportedPixelFormatError(0x12, "unknown"),
        "pixel format unknown (0x00000012) cannot be shown",
    ),
    (
        PayloadSizeError("Mono8", 640, 480, 307200, 1000),
        "640x480 Mono8 needs 307200 bytes, the buffer holds 1000",
    ),
    (
        SocketPathError("/run/a.sock", "no such folder", "Make it"),
        "socket /run/a.sock: no such folder. Make it",
    ),
    (SocketPathError("/run/a.sock", "too long"), "socket /run/a.sock: too long"),
    (NoImageError("a height of 0"), "no image in the buffer: a height of 0"),
    (
        BridgeTakenError("/run/c.sock", "pid 7 has been connected since 12:00"),
        (
            "the bridge at /run/c.sock refused this grabber: pid 7 has been connected since 12:00. "
            "Stop the other one first, or use a bridge of your own (--socket)"
        ),
    ),
    (
        BridgeTakenError("/run/c.sock", ""),
        (
            "the bridge at /run/c.sock refused this grabber: it has another grabber. "
            "Stop the other one first, or use a bridge of your own (--socket)"
        ),
    ),
    (
        AddressInUseError("127.0.0.1", 8765, "nginx (pid 12)"),
        "port 8765 on 127.0.0.1 is in use by nginx (pid 12). Stop it or choose another --port",
    ),
    (
        CallError("Gain is read-only now", "Set GainAuto to Off"),
        "Gain is read-only now. Set GainAuto to Off",
    ),
    (CallError("Gain is read-only"), "Gain is read-only"),
    (
        ServerError("h:8765", "a token is needed", "Use the whole address"),
        "server h:8765: a token is needed. Use the whole address",
    ),
    (ServerError("h:8765", "it does not answer"), "server h:8765: it does not answer"),
    (
        AddressInUseError("::", 80),
        "port 80 on :: is in use. Stop it or choose another --port",
    ),
    (UsageError("--fps 0: wanted 1 to 60"), "--fps 0: wanted 1 to 60"),
]


@pytest.mark.parametrize(
    ("error", "sentence"), SENTENCES, ids=[type(error).__name__ for error, _ in SENTENCES]
)
def test_the_sentence(error: CamstrmError, sentence: str) -> None:
    assert str(error) == sentence


def test_every_error_has_its_sentence_tested() -> None:
    assert {type(error).__name__ for error, _ in SENTENCES} == set(errors.__all__)


def drawn_tree() -> list[tuple[str, str]]:
    """Return (class, parent) for each line of the tree at the top of errors.py."""
    branch: list[str] = []
    pairs = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ([\u2502\u251c\u2514\u2500 ]*)(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4
            branch = [*branch[:depth], found[2]]
            pairs.append((found[2], branch[-2] if depth else "Exception"))
    return pairs


def test_the_drawn_tree_is_the_tree_of_classes() -> None:
    classes = [cls for cls in vars(errors).values() if inspect.isclass(cls)]
    pairs = [(cls.__name__, parent.__name__) for cls in classes for parent in cls.__bases__]
    assert sorted(drawn_tree()) == sorted(pairs)


def test_all_lists_every_class_in_order() -> None:
    assert sorted(name for name, _ in drawn_tree()) == errors.__all__


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_caught_as_one_of_camstrm(name: str) -> None:
    assert issubclass(getattr(errors, name), CamstrmError)
    assert getattr(errors, name).__doc__


def test_an_error_keeps_its_values() -> None:
    config = ConfigError("a.toml", "bad", line=3, key="k")
    assert (config.file, config.problem, config.line, config.key) == ("a.toml", "bad", 3, "k")
    missing = CameraNotFoundError("left", "S1", ("S2",), "a.cti")
    assert (missing.subject, missing.serial, missing.found) == ("left", "S1", ("S2",))
    payload = PayloadSizeError("Mono8", 2, 3, 6, 5)
    assert (payload.name, payload.width, payload.height) == ("Mono8", 2, 3)
    assert (payload.wanted, payload.got) == (6, 5)
    assert (WireError("a", "b").what, WireError("a", "b").problem) == ("a", "b")
    port = AddressInUseError("::", 80, "x")
    assert (port.host, port.port, port.holder) == ("::", 80, "x")
