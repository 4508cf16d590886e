"""A FakeGrabber that answers calls: it remembers the values that were set."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from camstrm.feature import FeatureChange, FeatureState, FeatureValue
from camstrm.wire import Call, Reply, pack, refusal, unpack
from camstrm.wire.operations import FeatureValues, Result, SetFeature
from tests.fakes.grabber.fake_grabber import TIMEOUT_S, FakeGrabber


class AnsweringGrabber(FakeGrabber):
    """``seen``: each call that came, ``values``: of all cameras' features."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.seen: list[Call] = []
        self.values: dict[tuple[int, str], FeatureValue] = {}

    async def answer(self) -> None:
        """Answer calls until cancelled."""
        while True:
            call = await self.calls.get()
            self.seen.append(call)
            await self.send(self._reply(call))

    def _reply(self, call: Call) -> Reply:
        if call.do == "set":
            wanted = unpack(call.with_, SetFeature, "set")
            key = call.camera, wanted.feature
            change = FeatureChange(
                wanted.feature, wanted.value, True, wanted.value, self.values.get(key)
            )
            self.values[key] = wanted.value
            return Reply(call.id, ok=True, result=pack(change))
        if call.do == "values":
            states = {
                name: FeatureState("RW", value)
                for (camera, name), value in self.values.items()
                if camera == call.camera
            }
            return Reply(call.id, ok=True, result=pack(FeatureValues(1, states)))
        if call.do in ("reconnect", "execute", "load", "revert", "keep"):
            return Reply(call.id, ok=True, result=pack(Result()))
        return refusal(call.id, "unknown", "not in this double")


@contextlib.asynccontextmanager
async def answering_grabber(path: str) -> AsyncIterator[AnsweringGrabber]:
    """Connect one that answers while the block runs."""
    grabber = AnsweringGrabber(path)
    async with grabber:
        task = asyncio.create_task(grabber.answer(), name="answering grabber")
        try:
            yield grabber
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=TIMEOUT_S)
