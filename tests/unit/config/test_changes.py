from __future__ import annotations

from msgspec.structs import replace

from camstrm.config import BridgeSettings, CameraSettings, Config, ControlSettings, StreamSettings
from camstrm.config.changes import Reloaded, changed_keys, with_keys

BEFORE = Config()
AFTER = Config(
    stream=StreamSettings(fps=10, quality=70),
    bridge=BridgeSettings(port=9000, control=ControlSettings(shared_token=False)),
    cameras=(CameraSettings(serial="1"),),
)


def test_what_differs_is_named_as_in_the_file() -> None:
    assert changed_keys(BEFORE, AFTER) == [
        "stream.fps",
        "stream.quality",
        "bridge.port",
        "bridge.control.shared_token",
        "camera",
    ]
    assert changed_keys(AFTER, AFTER) == []


def test_only_some_keys_are_taken_over() -> None:
    taken = with_keys(BEFORE, AFTER, ("stream.fps", "bridge.control.shared_token"))
    assert changed_keys(BEFORE, taken) == ["stream.fps", "bridge.control.shared_token"]
    assert taken == replace(
        BEFORE,
        stream=StreamSettings(fps=10),
        bridge=BridgeSettings(control=ControlSettings(shared_token=False)),
    )


def test_what_came_of_it_is_a_sentence() -> None:
    assert str(Reloaded()) == "nothing has changed"
    assert str(Reloaded(("a", "b"))) == "applied: a, b"
    assert str(Reloaded((), ("c",))) == "needs a restart: c"
    assert str(Reloaded(("a",), ("c",))) == "applied: a; needs a restart: c"
