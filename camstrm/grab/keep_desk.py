"""KeepDesk: the operation ``keep``, which the grabber's main process does itself.

It knows the configuration file, and what was set of each camera while it ran.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from camstrm.errors import ConfigError, WireError
from camstrm.feature import FeatureSetting
from camstrm.feed.open_calls import CallBack
from camstrm.grab.processes.ledger import CameraLedger, Ledgers
from camstrm.wire import Call, Reply, pack, refusal, unpack
from camstrm.wire.operations import KeepFeatures, Kept

__all__ = ["KeepDesk"]

_NO_FILE = "the grabber runs without a configuration file (camstrm grab --config FILE)"


class _Cameras(Protocol):
    """What is used of the supervisor."""

    def call(self, call: Call, back: CallBack) -> None:
        """Pass a call on to the camera's process."""

    def kept(self, camera: int, settings: tuple[FeatureSetting, ...]) -> None:
        """Let the configuration of the camera's next process have these."""


class KeepDesk:
    """Answers ``keep`` and passes all other calls on. Belongs to the grabber's loop.

    The file is written in a thread: a slow disk holds up no tick. One call writes at a time.
    """

    def __init__(self, config_file: str, ledgers: Ledgers, cameras: _Cameras) -> None:
        """``config_file``: path, empty without one."""
        self._file = config_file
        self._ledgers = ledgers
        self._cameras = cameras
        self._writing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def call(self, call: Call, back: CallBack) -> None:
        """Take a call from the bridge."""
        if call.do != "keep":
            self._cameras.call(call, back)
            return
        if call.camera >= len(self._ledgers):
            back.replied(refusal(call.id, "unknown", f"there is no camera {call.camera}"))
            return
        task = asyncio.get_running_loop().create_task(self._keep(call, back))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Wait for what is being written."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2.0)

    async def _keep(self, call: Call, back: CallBack) -> None:
        async with self._writing:
            try:
                reply = await self._answer(call)
            except WireError as error:
                reply = refusal(call.id, "wrong", str(error))
        back.replied(reply)

    async def _answer(self, call: Call) -> Reply:
        wish = unpack(call.with_, KeepFeatures, "keep.with")
        ledger = self._ledgers[call.camera]
        settings = _chosen(ledger, wish.features)
        toml = await asyncio.to_thread(_toml, ledger, settings)
        kept = Kept(self._file, toml)
        if wish.write and settings:
            problem = await self._write(ledger, settings)
            if problem:
                where = f"Paste these lines into the configuration:\n{toml}"
                return refusal(call.id, "failed", problem, where)
            self._cameras.kept(call.camera, settings)
            names = tuple(dict.fromkeys(setting.feature for setting in settings))
            note = Call(0, call.camera, "keep", pack(KeepFeatures(names, write=True)))
            self._cameras.call(note, _Nobody())
            kept = Kept(self._file, toml, written=True)
        return Reply(call.id, ok=True, result=pack(kept))

    async def _write(self, ledger: CameraLedger, settings: tuple[FeatureSetting, ...]) -> str:
        """Write into the file; return why it cannot be done."""
        if not self._file:
            return _NO_FILE
        info = ledger.info
        try:
            # Late: a grabber that starts is in a hurry.
            from camstrm.config.kept_features import write_features

            await asyncio.to_thread(write_features, self._file, info.serial, info.name, settings)
        except ConfigError as error:
            return str(error)
        except ImportError as error:
            return f"the configuration cannot be written without the package {error.name}"
        return ""


class _Nobody:
    """A caller that does not wait for a reply (a CallBack)."""

    def replied(self, reply: Reply) -> None:
        pass

    def data_came(self, call_id: int, piece: memoryview) -> None:
        pass


def _chosen(ledger: CameraLedger, features: tuple[str, ...] | None) -> tuple[FeatureSetting, ...]:
    return tuple(
        setting for setting in ledger.differing() if features is None or setting.feature in features
    )


def _toml(ledger: CameraLedger, settings: tuple[FeatureSetting, ...]) -> str:
    if not settings:
        return ""
    from camstrm.config.kept_features import feature_lines

    info = ledger.info
    head = f"# [[camera]] {info.name}, serial number {info.serial or 'unknown'}"
    return f"{head}\n[camera.features]\n{feature_lines(settings)}\n"
