from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulator.control import SLOTS, CameraControl


def test_knobs_and_their_definition(tmp_path: Path) -> None:
    kinds = {kind for kind, _ in SLOTS.values()}
    assert kinds == {"KNOB", "COUNTER", "STATE"}
    with CameraControl(tmp_path, "X") as control, CameraControl(tmp_path, "X") as other:
        control.set(stall=1, late_us=2**63)
        assert (other["stall"], other["late_us"]) == (1, 2**63)
        other.unplug(loud=True)
        control.clear()
        assert (control["stall"], control["plug_count"], control["unplugged"]) == (0, 1, 0)
        with pytest.raises(KeyError):
            control.set(produced=1)
        with pytest.raises(KeyError):
            control.set(no_such_knob=1)
        assert not control.wait_until(lambda c: c["stall"] == 1, timeout_s=0.01)
        assert set(control.counters()) == {n for n, (kind, _) in SLOTS.items() if kind != "KNOB"}
