"""What a camera with features answers, for a scripted server of the Qt viewer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import structs

from camstrm.feature import (
    FeatureChange,
    FeatureDifference,
    FeatureEntry,
    FeatureInfo,
    FeatureSetting,
    FeatureState,
    FeatureValue,
)
from camstrm.wire import (
    Call,
    CameraInfo,
    CameraLease,
    CameraState,
    CameraStatus,
    Hello,
    Leases,
    Limits,
    Reply,
    Status,
    pack,
)
from camstrm.wire.messages import ViewerStatus
from camstrm.wire.operations import (
    Changes,
    Differences,
    FeatureFile,
    FeatureTree,
    FeatureValues,
    Finding,
    Findings,
    Kept,
    Result,
)
from camstrm.wire.server_operations import MAX_EVENTS_AT_ONCE, Events, Shares
from tests.fakes.bridge.viewer_server import THREE_CAMERAS, ViewerServer
from tests.fakes.pictures.viewer_pictures import BASE_US

__all__ = ["AnsweringServer", "camera_features", "many_features", "with_entries"]

ME = 7
"""Number of the viewer's connection."""


def with_entries(name: str, *entries: str, **more: Any) -> FeatureInfo:
    """Return an enumeration."""
    return FeatureInfo(name, "enumeration", entries=tuple(map(FeatureEntry, entries)), **more)


def camera_features() -> dict[str, tuple[FeatureInfo, FeatureState]]:
    """Return the features of a camera as makers have them, with their states."""
    image, acquisition = ("ImageFormatControl",), ("AcquisitionControl",)
    analog, device = ("AnalogControl",), ("DeviceControl",)
    automatic = ("Off", "Once", "Continuous")

    def size(name: str, value: int, most: int, step: int, *, stop: bool = False) -> Any:
        info = FeatureInfo(name, "integer", image)
        if stop:
            locked = "it is locked while the camera streams"
            state = FeatureState("RO", value, step, most, step, locked_by=locked, needs_stop=True)
            return info, state
        return info, FeatureState("RW", value, 0, most, step)

    features = [
        (
            FeatureInfo(
                "ExposureTime",
                "float",
                acquisition,
                "Exposure Time",
                "Sets the shutter time in microseconds.",
                unit="us",
                representation="Logarithmic",
            ),
            FeatureState("RW", 1500.0, 15.0, 1_000_000.0),
        ),
        (
            with_entries("ExposureAuto", *automatic, category=acquisition),
            FeatureState("RW", "Off", entries=automatic),
        ),
        (
            FeatureInfo("AcquisitionFrameRate", "float", acquisition, unit="Hz"),
            FeatureState("RW", 30.0, 1.0, 400.0),
        ),
        (
            FeatureInfo("AcquisitionFrameRateEnable", "boolean", acquisition),
            FeatureState("RW", True),
        ),
        (
            FeatureInfo("ResultingFrameRate", "float", acquisition, unit="Hz"),
            FeatureState("RO", 30.0, 0.0, 400.0),
        ),
        (
            with_entries("TriggerSelector", "FrameStart", "LineStart", category=acquisition),
            FeatureState("RW", "FrameStart"),
        ),
        (
            with_entries("TriggerMode", "Off", "On", category=acquisition, visibility="Expert"),
            FeatureState("RW", "Off"),
        ),
        (
            with_entries("TriggerSource", "Software", "Line0", category=acquisition),
            FeatureState("RW", "Line0"),
        ),
        (
            with_entries("TriggerActivation", "RisingEdge", "FallingEdge", category=acquisition),
            FeatureState("RW", "RisingEdge"),
        ),
        (
            FeatureInfo("TriggerDelay", "float", acquisition, unit="us"),
            FeatureState("RW", 0.0, 0.0, 1e6),
        ),
        (FeatureInfo("TriggerSoftware", "command", acquisition), FeatureState("WO")),
        (FeatureInfo("Gain", "float", analog, unit="dB"), FeatureState("RW", 0.0, 0.0, 24.0)),
        (with_entries("GainAuto", *automatic, category=analog), FeatureState("RW", "Off")),
        (FeatureInfo("BlackLevel", "float", analog), FeatureState("RW", 4.0, 0.0, 255.0)),
        (FeatureInfo("Gamma", "float", analog), FeatureState("RW", 1.0, 0.0, 4.0)),
        (
            FeatureInfo("BalanceRatio", "float", analog, selectors=("BalanceRatioSelector",)),
            FeatureState("RW", 1.5, 0.1, 16.0),
        ),
        (
            with_entries("BalanceRatioSelector", "Red", "Green", "Blue", category=analog),
            FeatureState("RW", "Red"),
        ),
        (with_entries("BalanceWhiteAuto", *automatic, category=analog), FeatureState("RW", "Off")),
        size("Width", 640, 640, 16, stop=True),
        size("Height", 480, 480, 2, stop=True),
        size("OffsetX", 0, 640, 4),
        size("OffsetY", 0, 480, 2),
        (FeatureInfo("WidthMax", "integer", image), FeatureState("RO", 640)),
        (FeatureInfo("HeightMax", "integer", image), FeatureState("RO", 480)),
        (
            with_entries("PixelFormat", "BayerRG8", "BayerRG12", "Mono8", category=image),
            FeatureState("RO", "BayerRG8", needs_stop=True, locked_by="locked while it streams"),
        ),
        (
            with_entries("DeviceIndicatorMode", "Inactive", "Active", category=device),
            FeatureState("RW", "Active"),
        ),
        (FeatureInfo("DeviceUserID", "string", device), FeatureState("RW", "line 1")),
        (
            FeatureInfo("DeviceTemperature", "float", device, unit="C", visibility="Expert"),
            FeatureState("RO", 41.5),
        ),
        (
            with_entries("UserSetSelector", "Default", "UserSet1", "UserSet2", category=device),
            FeatureState("RW", "Default"),
        ),
        (FeatureInfo("UserSetLoad", "command", device), FeatureState("WO")),
        (FeatureInfo("UserSetSave", "command", device), FeatureState("WO")),
        (
            with_entries("UserSetDefault", "Default", "UserSet1", category=device),
            FeatureState("RW", "Default"),
        ),
        (
            FeatureInfo("LUTValueAll", "register", device, visibility="Guru"),
            FeatureState("RO", "00ff"),
        ),
    ]
    return {info.name: (info, state) for info, state in features}


def many_features(count: int) -> dict[str, tuple[FeatureInfo, FeatureState]]:
    """Return as many features, in categories of 25."""
    found = camera_features()
    for number in range(count - len(found)):
        name = f"MakersOwnFeature{number}"
        info = FeatureInfo(name, "integer", (f"Makers{number // 25}",), visibility="Expert")
        found[name] = info, FeatureState("RW", number, 0, 4095, 1)
    return found


class AnsweringServer(ViewerServer):
    """A server whose cameras have features; everything is answered at once.

    ``silent``: operations that are never answered. ``refusals``: why an operation is refused. A
    watch is answered when something has changed, as the real one; only it waits for ever.
    """

    def __init__(
        self,
        features: dict[str, tuple[FeatureInfo, FeatureState]] | None = None,
        *,
        role: str = "control",
        cameras: tuple[CameraInfo, ...] = THREE_CAMERAS,
        max_calls: int = 8,
    ) -> None:
        limits = Limits(max_message_size=65536, max_calls=max_calls)
        super().__init__(hello=Hello("s1", cameras=cameras, limits=limits))
        features = camera_features() if features is None else features
        self.infos = {name: info for name, (info, _) in features.items()}
        self.states = {name: state for name, (_, state) in features.items()}
        self.configured = {name: state.value for name, state in self.states.items()}
        self.ratios: dict[str, FeatureValue] = {"Red": 1.5, "Green": 1.0, "Blue": 2.0}
        self.live: dict[str, FeatureSetting] = {}
        self.role = role
        self.leases: dict[int, CameraLease] = {}
        self.silent: set[str] = set()
        self.refusals: dict[str, tuple[str, str, str]] = {}
        """Problem, remedy and code of the reply, by operation."""
        self.file = "/etc/camstrm.toml"
        self.findings: tuple[Finding, ...] = (Finding("ok", "it streams"),)
        self.measurement: Any = None
        self.events: Events | None = None
        """What is known of the last day; None: nothing, and the question waits."""
        self.done: list[tuple[int, str, Any]] = []
        """Camera, operation and arguments of all calls, as they came."""
        self.camera_states: dict[int, int] = {}
        self._revision = 1
        self._changed_at: dict[str, int] = dict.fromkeys(self.states, 1)
        self._watches: list[tuple[Call, Any]] = []
        """Watches that wait for something to change."""

    # For the test.

    def said(self, *operations: str) -> list[Any]:
        """Return the arguments of all calls of these operations."""
        return [arguments for _, do, arguments in self.done if do in operations]

    def send_status(self) -> None:
        """Say who the viewer is and how the cameras do."""
        assert self.hello is not None
        self.send(
            Status(
                BASE_US,
                cameras=tuple(
                    CameraStatus(
                        index=info.index,
                        state=self.camera_states.get(info.index, CameraState.STREAMING),
                        width=640,
                        height=480,
                    )
                    for info in self.hello.cameras
                ),
                viewer=ViewerStatus(ME, name="me", role=self.role),
            )
        )

    def touch(self, feature: str, value: FeatureValue | None = None, **changes: Any) -> None:
        """Let the camera itself change a feature; those who watch hear of it."""
        more = changes if value is None else {**changes, "value": value}
        self.states[feature] = structs.replace(self.states[feature], **more)
        self._revision += 1
        self._changed_at[feature] = self._revision
        waiting, self._watches = self._watches, []
        for call, arguments in waiting:
            self._watch(call, arguments)

    def give_lease(self, camera: int, holder: str, viewer: int, asked_by: str = "") -> None:
        """Let somebody have the lease; "" for nobody."""
        until = BASE_US + 120_000_000 if holder else 0
        self.leases[camera] = CameraLease(camera, holder, viewer, until, asked_by)
        self._send_leases()

    # Answers.

    def _on_text(self, text: str) -> None:
        super()._on_text(text)
        message = self.received[-1]
        if isinstance(message, Call):
            self._on_call(message)

    def _on_call(self, call: Call) -> None:
        from camstrm.wire.operations import OPERATIONS

        arguments = msgspec.json.decode(bytes(call.with_), type=OPERATIONS[call.do].arguments)
        self.done.append((call.camera, call.do, arguments))
        if call.do in self.silent:
            return
        if call.do in self.refusals:
            problem, remedy, code = self.refusals[call.do]
            self.send(Reply(call.id, False, problem=problem, remedy=remedy, code=code))
        elif call.do == "watch":
            self._watch(call, arguments)
        else:
            answer: Callable[[Call, Any], Any] = getattr(self, f"_{call.do}")
            result = answer(call, arguments)
            if result is not None:
                self._reply(call, result)

    def _reply(self, call: Call, result: Any) -> None:
        self.send(Reply(call.id, True, result=pack(result)))

    def _refuse(self, call: Call, problem: str, remedy: str, code: str) -> None:
        self.send(Reply(call.id, False, problem=problem, remedy=remedy, code=code))

    def _shares(self, _call: Call, _arguments: Any) -> Shares:
        return Shares()

    def _features(self, _call: Call, arguments: Any) -> FeatureTree:
        known = arguments.hash == "abc"
        return FeatureTree("abc", () if known else tuple(self.infos.values()))

    def _watch(self, call: Call, arguments: Any) -> None:
        names = self.states if arguments.features is None else arguments.features
        news = {
            name: self.states[name]
            for name in names
            if arguments.after == 0 or self._changed_at[name] > arguments.after
        }
        if news:
            self._reply(call, FeatureValues(self._revision, news, tuple(self.live.values())))
        else:
            self._watches.append((call, arguments))

    def _values(self, _call: Call, arguments: Any) -> FeatureValues:
        names = list(self.states) if arguments.features is None else arguments.features
        states = {name: self.states[name] for name in names}
        colour = arguments.selectors.get("BalanceRatioSelector")
        if colour is not None:
            state = structs.replace(self.states["BalanceRatio"], value=self.ratios[colour])
            states["BalanceRatio"] = state
        return FeatureValues(self._revision, states, tuple(self.live.values()))

    def _write(self, setting: FeatureSetting) -> FeatureChange:
        name, value = setting.feature, setting.value
        old = self.states[name].value
        colour = setting.selectors.get("BalanceRatioSelector")
        if colour is not None:
            old, self.ratios[str(colour)] = self.ratios[str(colour)], value
            self.touch(name)
            return FeatureChange(name, value, True, value, old, selectors=setting.selectors)
        differs = value != self.configured[name]
        if differs:
            self.live[name] = setting
        else:
            self.live.pop(name, None)
        self.touch(name, value, differs=differs, configured=self.configured[name])
        return FeatureChange(name, value, True, value, old)

    def _set(self, call: Call, arguments: Any) -> FeatureChange | None:
        state = self.states[arguments.feature]
        if state.needs_stop and not arguments.stop:
            remedy = "Set it with 'stop'"
            self._refuse(call, f"{arguments.feature} is locked", remedy, "locked")
            return None
        change = self._write(
            FeatureSetting(arguments.feature, arguments.value, arguments.selectors)
        )
        return structs.replace(change, stopped_ms=88.0) if state.needs_stop else change

    def _execute(self, _call: Call, arguments: Any) -> FeatureChange:
        return FeatureChange(arguments.feature, None, True)

    def _settings(self, text: str) -> Iterable[FeatureSetting]:
        for line in text.splitlines():
            if not line.startswith("#") and line.strip():
                name, *selected, value = line.split("\t")
                inside = "".join(selected).strip("{}").split(",")
                pairs = (pair.split("=") for pair in inside if pair)
                old = self.states[name].value
                typed: FeatureValue = value
                if isinstance(old, (int, float)) and not isinstance(old, bool):
                    typed = float(value) if isinstance(old, float) else int(value)
                yield FeatureSetting(name, typed, dict(pairs))  # type: ignore[arg-type]

    def _load(self, _call: Call, arguments: Any) -> Changes:
        settings = list(self._settings(arguments.text))
        stops = any(self.states[one.feature].needs_stop for one in settings)
        changes = [self._write(one) for one in settings]
        stopped = 88.0 if stops and arguments.stop else 0.0
        return Changes(tuple(structs.replace(one, stopped_ms=stopped) for one in changes))

    def _diff(self, _call: Call, arguments: Any) -> Differences:
        settings = list(self._settings(arguments.text))
        found = [
            FeatureDifference(one.feature, one.value, self.states[one.feature].value)
            for one in settings
            if one.value != self.states[one.feature].value
        ]
        return Differences(tuple(found), len(settings) - len(found))

    def _save(self, _call: Call, _arguments: Any) -> FeatureFile:
        text = "# {05D8C294-F295-4dfb-9D01-096BD04049F4}\nGain\t3\n"
        return FeatureFile(text, 1)

    def _revert(self, _call: Call, arguments: Any) -> Changes:
        changes = []
        for name in arguments.features or list(self.live):
            value = self.configured[name]
            assert value is not None
            changes.append(self._write(FeatureSetting(name, value)))
        return Changes(tuple(changes))

    def _keep(self, _call: Call, arguments: Any) -> Kept:
        lines = "".join(f"{one.feature} = {one.value!r}\n" for one in self.live.values())
        if arguments.write:
            self.live.clear()
        return Kept(self.file, f"[camera.features]\n{lines}", arguments.write)

    def _diagnose(self, _call: Call, _arguments: Any) -> Findings:
        return Findings(self.findings)

    def _reconnect(self, _call: Call, _arguments: Any) -> Result:
        return Result()

    def _measure(self, _call: Call, _arguments: Any) -> Any:
        return self.measurement

    def _events(self, _call: Call, arguments: Any) -> Events | None:
        if self.events is None:
            return None
        newer = [event for event in self.events.events if event.id > arguments.after]
        newer = newer[:MAX_EVENTS_AT_ONCE]
        return Events(tuple(newer), newer[-1].id if newer else self.events.last)

    def _lease(self, call: Call, arguments: Any) -> CameraLease | None:
        held = self.leases.get(call.camera, CameraLease(call.camera))
        if arguments.action == "take" and held.holder and held.viewer != ME:
            self._refuse(call, f"{held.holder} adjusts it", "Ask for it", "refused")
            return None
        if arguments.action in ("take", "force"):
            held = CameraLease(call.camera, "me", ME, BASE_US + 120_000_000)
        elif arguments.action == "ask":
            held = structs.replace(held, asked_by="me")
        else:
            held = CameraLease(call.camera)
        self.leases[call.camera] = held
        self._send_leases()
        return held

    def _send_leases(self) -> None:
        self.send(Leases(tuple(lease for lease in self.leases.values() if lease.holder)))
