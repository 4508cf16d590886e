"""Features of a camera as a server double answers for them: set, locked, refused, kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec import structs

from camstrm.feature import (
    FeatureChange,
    FeatureEntry,
    FeatureInfo,
    FeatureSetting,
    FeatureState,
    FeatureValue,
)
from camstrm.wire import Call, CameraLease, Leases, Reply, refusal, unpack
from camstrm.wire.operations import (
    Changes,
    Differences,
    ExecuteCommand,
    FeatureDifference,
    FeatureFile,
    FeatureTree,
    FeatureValues,
    Finding,
    Findings,
    Kept,
    LoadFeatures,
    ReadValues,
    Result,
    SetFeature,
    WatchValues,
)
from tests.fakes.bridge.page_server import PageServer, now_us

__all__ = ["ScriptedFeatures"]


def _choice(name: str, *entries: str, category: str, visibility: str = "Beginner") -> FeatureInfo:
    made = tuple(FeatureEntry(entry) for entry in entries)
    return FeatureInfo(name, "enumeration", (category,), entries=made, visibility=visibility)


INFOS = (
    FeatureInfo("Width", "integer", ("ImageFormatControl",)),
    FeatureInfo("Height", "integer", ("ImageFormatControl",)),
    FeatureInfo("OffsetX", "integer", ("ImageFormatControl",)),
    FeatureInfo("OffsetY", "integer", ("ImageFormatControl",)),
    FeatureInfo("WidthMax", "integer", ("ImageFormatControl",), visibility="Expert"),
    FeatureInfo("HeightMax", "integer", ("ImageFormatControl",), visibility="Expert"),
    FeatureInfo(
        "ExposureTime",
        "float",
        ("AcquisitionControl",),
        "Exposure Time",
        "How long the shutter is open.",
        unit="us",
    ),
    _choice("ExposureAuto", "Off", "Once", "Continuous", category="AcquisitionControl"),
    FeatureInfo("Gain", "float", ("AnalogControl",), unit="dB"),
    _choice("TriggerMode", "Off", "On", category="AcquisitionControl"),
    FeatureInfo("TriggerSoftware", "command", ("AcquisitionControl",)),
    FeatureInfo("DeviceUserID", "string", ("DeviceControl",), visibility="Guru"),
)
STOP = "With the permission to stop it ('stop'), this camera stops for about 0.1 s"


class ScriptedFeatures:
    """One camera's features behind a PageServer; every call that came is in ``seen``."""

    def __init__(self, server: PageServer) -> None:
        self.server = server
        self.seen: list[tuple[str, Any]] = []
        self.heard = asyncio.Event()
        self.revision = 1
        self.changed_at: dict[str, int] = {}
        self.live: dict[str, FeatureSetting] = {}
        self.configured: dict[str, FeatureValue] = {"ExposureTime": 1500.0}
        self.findings: tuple[Finding, ...] = ()
        self.written = False
        self.lease = CameraLease(0)
        self.states = {
            "Width": FeatureState("RO", 640, 16, 640, 16, needs_stop=True, locked_by="it streams"),
            "Height": FeatureState("RO", 480, 16, 480, 2, needs_stop=True, locked_by="it streams"),
            "OffsetX": FeatureState("RW", 0, 0, 624, 16),
            "OffsetY": FeatureState("RW", 0, 0, 478, 2),
            "WidthMax": FeatureState("RO", 640),
            "HeightMax": FeatureState("RO", 480),
            "ExposureTime": FeatureState("RW", 1500.0, 10.0, 1e7),
            "ExposureAuto": FeatureState("RW", "Off", entries=("Off", "Once", "Continuous")),
            "Gain": FeatureState("RW", 0.0, 0.0, 24.0),
            "TriggerMode": FeatureState("RW", "Off", entries=("Off", "On")),
            "TriggerSoftware": FeatureState("NA", locked_by="TriggerMode is Off"),
            "DeviceUserID": FeatureState("RW", "<b>left</b>"),
        }
        for do in ("features", "values", "watch", "set", "execute", "load", "lease", "measure"):
            server.answers[do] = self._answer
        for do in ("keep", "revert", "save", "diff", "diagnose", "reconnect"):
            server.answers[do] = self._answer
        server.role = "control"

    def asked(self, do: str) -> list[Any]:
        """Return what came with the calls of one operation, oldest first."""
        return [given for name, given in self.seen if name == do]

    def put(self, name: str, state: FeatureState) -> None:
        """Let a feature have another state by itself."""
        self.revision += 1
        self.changed_at[name] = self.revision
        self.states[name] = state

    async def hold(self, holder: str, viewer: int, asked_by: str = "") -> None:
        """Let somebody have the lease, and everybody hear it."""
        self.lease = CameraLease(0, holder, viewer, now_us() + 120_000_000, asked_by)
        await self.server.send_leases(Leases((self.lease,)))

    def _answer(self, call: Call) -> object:
        answer = getattr(self, f"_{call.do}")
        found: object = answer(call)
        self.heard.set()
        return found

    async def until(self, true: Callable[[], object], timeout_s: float = 30) -> None:
        """Wait until ``true()`` holds after a call of the page."""

        async def wait() -> None:
            while not true():
                self.heard.clear()
                await self.heard.wait()

        await asyncio.wait_for(wait(), timeout_s)

    def _note(self, call: Call, given: object) -> None:
        self.seen.append((call.do, given))

    def _features(self, call: Call) -> FeatureTree:
        self._note(call, None)
        return FeatureTree("f00d", INFOS)

    def _values(self, call: Call) -> FeatureValues:
        wanted = unpack(call.with_, ReadValues, "values")
        names = wanted.features or tuple(self.states)
        return FeatureValues(self.revision, {name: self.states[name] for name in names})

    def _watch(self, call: Call) -> FeatureValues:
        wanted = unpack(call.with_, WatchValues, "watch")
        self._note(call, wanted)
        names = self.states if wanted.features is None else wanted.features
        news = {
            name: self.states[name] for name in names if self.changed_at.get(name, 1) > wanted.after
        }
        return FeatureValues(self.revision, news, tuple(self.live.values()))

    def _set(self, call: Call) -> object:
        wanted = unpack(call.with_, SetFeature, "set")
        self._note(call, wanted)
        state = self.states[wanted.feature]
        if state.needs_stop and not wanted.stop:
            return refusal(call.id, "locked", f"{wanted.feature}: {state.locked_by}", STOP)
        return self._write(wanted.feature, wanted.value, stopped=wanted.stop and state.needs_stop)

    def _write(self, name: str, value: FeatureValue, *, stopped: bool) -> FeatureChange:
        state = self.states[name]
        old = state.value
        reason = ""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            low, high = state.minimum, state.maximum
            if low is not None and high is not None and not low <= value <= high:
                reason = f"the camera allows {low:g} to {high:g}"
                return FeatureChange(name, value, False, old, old, reason)
        self.put(name, structs.replace(state, value=value, **self._difference(name, value)))
        return FeatureChange(name, value, True, value, old, stopped_ms=88.0 if stopped else 0.0)

    def _difference(self, name: str, value: FeatureValue) -> dict[str, Any]:
        if value == self.configured.get(name):
            self.live.pop(name, None)
            return {"differs": False, "configured": None}
        self.live[name] = FeatureSetting(name, value)
        return {"differs": True, "configured": self.configured.get(name)}

    def _execute(self, call: Call) -> FeatureChange:
        wanted = unpack(call.with_, ExecuteCommand, "execute")
        self._note(call, wanted)
        return FeatureChange(wanted.feature, True, True)

    def _load(self, call: Call) -> Changes:
        wanted = unpack(call.with_, LoadFeatures, "load")
        self._note(call, wanted)
        changes = []
        for line in wanted.text.splitlines()[1:]:
            name, _, text = line.partition("\t")
            old = self.states[name].value
            value: FeatureValue = text if isinstance(old, str) else type(old or 0)(float(text))
            stopped = wanted.stop and self.states[name].needs_stop
            changes.append(self._write(name, value, stopped=stopped))
        return Changes(tuple(changes))

    def _lease(self, call: Call) -> CameraLease:
        self._note(call, bytes(call.with_).decode())
        self.lease = CameraLease(0, "kim", 1, now_us() + 120_000_000)
        return self.lease

    def _measure(self, call: Call) -> object:
        time = self.states["ExposureTime"].value
        assert isinstance(time, (int, float))
        clipped = 0.0 if time <= 1000 else 12.5
        channel = {"name": "grey", "mean": 90.0, "minimum": 0, "maximum": 255}
        more = {"deviation": 1.0, "clipped": clipped, "black": 0.0}
        return {
            "pixel_format": "Mono8",
            "bits": 8,
            "region": [0, 0, 640, 480],
            "pixels": 4800,
            "step": 8,
            "channels": [{**channel, **more}],
            "sharpness": 1.0,
        }

    def _keep(self, call: Call) -> Kept:
        self.written = b'"write":true' in bytes(call.with_)
        self._note(call, self.written)
        lines = "".join(f"{s.feature} = {s.value}\n" for s in self.live.values())
        return Kept("/etc/camstrm.toml", lines, self.written)

    def _revert(self, call: Call) -> Changes:
        self._note(call, None)
        changes = [
            self._write(name, self.configured.get(name, 0.0), stopped=False)
            for name in list(self.live)
        ]
        return Changes(tuple(changes))

    def _save(self, call: Call) -> FeatureFile:
        self._note(call, None)
        return FeatureFile("# {05D8C294-F295-4dfb-9D01-096BD04049F4}\nGain\t0\n", 1)

    def _diff(self, call: Call) -> Differences:
        self._note(call, None)
        return Differences((FeatureDifference("Gain", 3.0, 0.0),), 11)

    def _diagnose(self, call: Call) -> Findings:
        self._note(call, None)
        return Findings(self.findings)

    def _reconnect(self, call: Call) -> Result | Reply:
        self._note(call, None)
        return Result()
