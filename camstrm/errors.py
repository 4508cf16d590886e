"""Every exception that leaves a part of camstrm.

::

    CamstrmError
    ├── ConfigError                 a configuration or profile file is wrong
    ├── ChildError                  a process that was asked something gave no answer
    │   └── ChildTimeoutError       it did not answer in time
    ├── WireError                   bytes or text that are not camstrm's format
    ├── SubjectError                a producer, camera or socket cannot do what was asked
    │   ├── ProducerError               a .cti file cannot be used
    │   │   ├── ProducerInUseError      another program uses it, and it supports only one
    │   │   └── ProducerTimeoutError    its process did not answer in time
    │   ├── CameraError                 one camera cannot do what was asked
    │   │   ├── CameraNotFoundError     no camera with this serial number or device id
    │   │   ├── CameraAmbiguousError    several cameras with this serial number
    │   │   ├── CameraXmlError          the camera's XML cannot be read
    │   │   ├── CameraRefusedError      the producer denies access and does not say why
    │   │   ├── CameraBusyError         another program holds the camera
    │   │   ├── CameraLockedError       locked until the heartbeat of a process that was killed ends
    │   │   ├── CameraSubnetError       its address is in another subnet than the network card
    │   │   └── CameraLostError         the camera no longer answers
    │   │       └── CameraUnreachableError  it cannot be opened again, because it does not answer
    │   └── SocketPathError             the UNIX socket's path cannot be used
    ├── ImageError                  a frame cannot be turned into a picture
    │   ├── UnsupportedPixelFormatError
    │   ├── PayloadSizeError
    │   └── NoImageError            a buffer holds no image at all
    ├── CallError                   what was asked of a camera was not done
    ├── ServerError                 a server cannot be reached, refuses, or is gone
    ├── BridgeTakenError            the bridge has another grabber already
    ├── AddressInUseError           the TCP port belongs to somebody else
    └── UsageError                  the command line asks for something impossible

Constructors take values; ``str()`` builds the sentence that a user reads: what was
wanted, what came, and what to do.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AddressInUseError",
    "BridgeTakenError",
    "CallError",
    "CameraAmbiguousError",
    "CameraBusyError",
    "CameraError",
    "CameraLockedError",
    "CameraLostError",
    "CameraNotFoundError",
    "CameraRefusedError",
    "CameraSubnetError",
    "CameraUnreachableError",
    "CameraXmlError",
    "CamstrmError",
    "ChildError",
    "ChildTimeoutError",
    "ConfigError",
    "ImageError",
    "NoImageError",
    "PayloadSizeError",
    "ProducerError",
    "ProducerInUseError",
    "ProducerTimeoutError",
    "ServerError",
    "SocketPathError",
    "SubjectError",
    "UnsupportedPixelFormatError",
    "UsageError",
    "WireError",
]


class CamstrmError(Exception):
    """Base of all errors that camstrm raises for a user to read."""


class ConfigError(CamstrmError):
    """A configuration or profile file is wrong.

    ``file`` is the path as the user gave it, ``line`` is 1-based (None: the whole
    file), ``key`` is the dotted key (``stream.fps``), ``problem`` says what was wanted
    and what came. ``more``: other mistakes of the same file, a line each.
    """

    def __init__(self, file: str, problem: str, *, line: int | None = None, key: str = "") -> None:
        super().__init__(file, problem, line, key)
        self.file = file
        self.problem = problem
        self.line = line
        self.key = key
        self.more: tuple[ConfigError, ...] = ()

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        text = ": ".join(part for part in (where, self.key, self.problem) if part)
        return "\n".join([text, *map(str, self.more)])


class ChildError(CamstrmError):
    """A process that was asked something gave no answer; ``problem`` is a sentence's end.

    ``crash``: name of the signal that ended it, "" if none did.
    """

    def __init__(self, problem: str, crash: str = "") -> None:
        super().__init__(problem, crash)
        self.problem = problem
        self.crash = crash

    def __str__(self) -> str:
        return f"a child process {self.problem}"


class ChildTimeoutError(ChildError):
    """A process did not answer within ``timeout_s`` and was ended.

    ``output``: what it had written to standard output until then.
    """

    def __init__(self, timeout_s: float, output: bytes = b"") -> None:
        super().__init__(f"did not answer within {timeout_s:g} s")
        self.timeout_s = timeout_s
        self.output = output


class WireError(CamstrmError):
    """Bytes or text that do not follow camstrm's wire format.

    ``what`` names the structure (``FrameBundleHeader``), ``problem`` what is wrong.
    """

    def __init__(self, what: str, problem: str) -> None:
        super().__init__(what, problem)
        self.what = what
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.what}: {self.problem}"


class SubjectError(CamstrmError):
    """``problem`` of the ``subject`` (a path, a name); ``remedy`` is what the user can do."""

    kind: ClassVar[str] = "part"
    """What the sentence calls it."""

    def __init__(self, subject: str, problem: str, remedy: str = "") -> None:
        super().__init__(subject, problem, remedy)
        self.subject = subject
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"{self.kind} {self.subject}: {self.problem}"
        return f"{text}. {self.remedy}" if self.remedy else text


class ProducerError(SubjectError):
    """A GenTL producer (.cti) cannot be used; ``remedy`` is what the user can do."""

    kind = "GenTL producer"


class ProducerInUseError(ProducerError):
    """``users`` use a producer that supports only one program: a second one would stop them."""

    def __init__(self, cti: str, users: str) -> None:
        super().__init__(
            cti,
            f"{users} is using this producer, which supports only one program at a time, so its "
            "cameras were not listed",
            "Close that program first (this stops its cameras)",
        )


class ProducerTimeoutError(ProducerError):
    """The process that loaded a producer did not answer within ``timeout_s`` and was ended."""

    def __init__(self, cti: str, timeout_s: float, remedy: str = "") -> None:
        super().__init__(cti, f"did not answer within {timeout_s:g} s", remedy)


class CameraError(SubjectError):
    """One camera (``camera``: its name or serial number) cannot do what was asked."""

    kind = "camera"


class CameraNotFoundError(CameraError):
    """No camera fits; ``serial`` is what was asked for, ``found`` what could be asked for."""

    def __init__(self, camera: str, serial: str, found: tuple[str, ...], where: str) -> None:
        there = ", ".join(repr(s) for s in found) if found else "none"
        by_id = serial.startswith("id:")
        what = f"device id {serial[3:]!r}" if by_id else f"serial number {serial!r}"
        super().__init__(
            camera,
            f"no camera with {what} under {where} (cameras there: {there})",
            "Check cable, power and the serial number; 'camstrm list' shows what is found",
        )
        self.serial = serial
        self.found = found


class CameraAmbiguousError(CameraError):
    """Several cameras have the serial number ``serial``; ``choices`` select one of them each."""

    def __init__(self, camera: str, serial: str, choices: tuple[str, ...]) -> None:
        listed = " or ".join(f"serial = {choice!r}" for choice in choices)
        typed = " or ".join(map(repr, choices))
        super().__init__(
            camera,
            f"{len(choices)} cameras have the serial number {serial!r}",
            f"Choose one by its device id: in the configuration {listed}; on the command line "
            f"{typed} instead of the serial number",
        )


class CameraRefusedError(CameraError):
    """The producer denies access; ``detail`` is its own text, which does not say why."""

    def __init__(self, camera: str, detail: str) -> None:
        super().__init__(
            camera, f"refused: {detail}", "'camstrm doctor' looks for programs that have it open"
        )
        self.detail = detail


class CameraXmlError(CameraError):
    """The parser refuses the camera's XML; ``detail`` is its own text.

    ``line`` is 1-based, in the XML as the camera has it; None where the parser names none.
    """

    def __init__(self, camera: str, detail: str, line: int | None = None) -> None:
        where = "" if line is None else f", line {line}"
        super().__init__(
            camera,
            f"its XML cannot be read{where} ({detail})",
            "The XML comes from the camera's firmware: ask its maker for another version",
        )


class CameraBusyError(CameraError):
    """Another program holds the camera: it is there, answers and refuses.

    ``pid``: the process, if it is one of camstrm, else 0.
    """

    def __init__(self, camera: str, detail: str, pid: int = 0) -> None:
        problem = f"held by another program ({detail})"
        remedy = (
            "Close the maker's viewer and other grabbers; after a crash a GigE camera stays "
            "locked until its heartbeat time is over"
        )
        if pid:
            problem = f"in use by camstrm, process {pid} ({detail})"
            remedy = "Stop that grabber or command first"
        super().__init__(camera, problem, remedy)
        self.detail = detail


class CameraLockedError(CameraError):
    """A GigE camera that is locked for at most ``seconds`` more.

    Its last user was a camera process that was killed: the camera waits for that one's
    heartbeat.
    """

    def __init__(self, camera: str, seconds: float) -> None:
        super().__init__(
            camera,
            "still locked by the camera process that was killed, until its heartbeat time is "
            f"over: for at most {seconds:.1f} s",
        )


class CameraSubnetError(CameraError):
    """The camera's ``address`` is in none of the ``networks`` of its network card."""

    def __init__(self, camera: str, address: str, networks: str, detail: str) -> None:
        super().__init__(
            camera,
            f"in a wrong subnet: the camera has the address {address}, its network card "
            f"{networks} ({detail})",
            "Give the camera an address in the subnet of its network card, with the maker's tool",
        )


class CameraLostError(CameraError):
    """The camera was open and no longer answers."""


class CameraUnreachableError(CameraLostError):
    """The camera does not answer an attempt to open it; ``detail`` is what is known of it.

    ``bus`` is the GenTL transport layer type. ``listed``: a fresh search still lists the
    camera, so that it may be locked by the connection that was lost.
    """

    def __init__(self, camera: str, detail: str, *, bus: str = "", listed: bool = False) -> None:
        link = "USB port" if bus.startswith("U") else "network"
        super().__init__(camera, f"no answer; check cable, power and {link} ({detail})")
        self.listed = listed


class ImageError(CamstrmError):
    """A frame cannot be turned into a picture."""


class UnsupportedPixelFormatError(ImageError):
    """A pixel format that camstrm does not decode; ``code`` is the PFNC value."""

    def __init__(self, code: int, name: str, remedy: str = "") -> None:
        super().__init__(code, name, remedy)
        self.code = code
        self.name = name
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"pixel format {self.name} (0x{self.code:08X}) cannot be shown"
        return f"{text}: {self.remedy}" if self.remedy else text


class PayloadSizeError(ImageError):
    """A buffer whose size does not fit its width, height and pixel format."""

    def __init__(self, name: str, width: int, height: int, wanted: int, got: int) -> None:
        super().__init__(name, width, height, wanted, got)
        self.name = name
        self.width = width
        self.height = height
        self.wanted = wanted
        self.got = got

    def __str__(self) -> str:
        if self.width < 1 or self.height < 1:
            return (
                f"a {self.width}x{self.height} {self.name} frame holds no picture: width and "
                f"height must be at least 1"
            )
        return (
            f"{self.width}x{self.height} {self.name} needs {self.wanted} bytes, "
            f"the buffer holds {self.got}"
        )


class NoImageError(ImageError):
    """A buffer that a producer handed over holds no image; ``problem`` says what is missing."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"no image in the buffer: {self.problem}"


class SocketPathError(SubjectError):
    """The UNIX socket's path cannot be used."""

    kind = "socket"


class CallError(CamstrmError):
    """What was asked of a camera was not done; the caller gets this as the reply.

    ``problem``: a sentence's end for the user, ``remedy``: what to do, may be empty. ``code``:
    the reply's, one of those that wire/calls.py lists.
    """

    def __init__(self, problem: str, remedy: str = "", code: str = "failed") -> None:
        super().__init__(problem, remedy, code)
        self.problem = problem
        self.remedy = remedy
        self.code = code

    def __str__(self) -> str:
        return f"{self.problem}. {self.remedy}" if self.remedy else self.problem


class ServerError(CamstrmError):
    """A camstrm server cannot be reached, refuses this client, or is gone.

    ``server``: host and port; ``problem``: why; ``remedy``: what to do, may be empty.
    ``patient``: trying again soon is of no use, somebody has to change something first.
    """

    def __init__(
        self, server: str, problem: str, remedy: str = "", *, patient: bool = False
    ) -> None:
        super().__init__(server, problem, remedy, patient)
        self.server = server
        self.problem = problem
        self.remedy = remedy
        self.patient = patient

    def __str__(self) -> str:
        text = f"server {self.server}: {self.problem}"
        return f"{text}. {self.remedy}" if self.remedy else text


class BridgeTakenError(CamstrmError):
    """The bridge has another grabber; ``reason`` is the bridge's sentence about that one."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        reason = self.reason or "it has another grabber"
        return (
            f"the bridge at {self.path} refused this grabber: {reason}. Stop the other one "
            "first, or use a bridge of your own (--socket)"
        )


class AddressInUseError(CamstrmError):
    """The TCP port is taken; ``holder`` names the process that has it, if it can be seen."""

    def __init__(self, host: str, port: int, holder: str = "") -> None:
        super().__init__(host, port, holder)
        self.host = host
        self.port = port
        self.holder = holder

    def __str__(self) -> str:
        by = f" by {self.holder}" if self.holder else ""
        return f"port {self.port} on {self.host} is in use{by}. Stop it or choose another --port"


class UsageError(CamstrmError):
    """The command line asks for something impossible."""
