"""A camera in memory whose features are asked for and changed by calls."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Raw

from camstrm.grab.camera.call_desk import CallDesk
from camstrm.grab.camera.feature_calls import FeatureCalls
from camstrm.wire import Call
from tests.fakes.clock import FakeClock
from tests.fakes.gentl.memory_port import MemoryCamera
from tests.fakes.grabber.scripted_control import ScriptedControl, ScriptedWorker

HEAD = "# {05D8C294-F295-4dfb-9D01-096BD04049F4}\n"


class Asked:
    """A camera in memory behind a CallDesk."""

    def __init__(self, camera: MemoryCamera | None = None) -> None:
        self.camera = camera or MemoryCamera("controls")
        self.control = ScriptedControl(self.camera)
        self.worker = ScriptedWorker()
        self.clock = FakeClock()
        self.desk = CallDesk(lambda: None, self.clock.monotonic)
        calls = FeatureCalls(self.worker, self.control, clock=self.clock)
        self.handlers = calls.handlers()
        self.desk.register(0, "left", self.handlers)
        self.ids = 0

    def call(self, do: str, **arguments: Any) -> int:
        self.ids += 1
        self.desk.take(Call(self.ids, 0, do, Raw(json.dumps(arguments).encode())))
        return self.ids

    def replies(self) -> dict[int, dict[str, Any]]:
        """Return the replies so far by id, results as JSON."""
        found = {}
        while (text := self.desk.replies.text()) is not None:
            reply = json.loads(text)
            assert reply["id"] not in found
            found[reply["id"]] = reply
        return found

    def ask(self, do: str, **arguments: Any) -> Any:
        """Return the result of a call, or the whole refusal."""
        number = self.call(do, **arguments)
        self.control.run()
        (reply,) = self.replies().values()
        assert reply["id"] == number
        return reply["result"] if reply["ok"] else reply
