"""Practise the first hour without a camera: simulated cameras under makers' producers.

``python -m docs.rehearsal`` puts the simulator's producer where the SDKs of Hikrobot and FLIR
would put theirs, below ``build/rehearsal``, and writes a file with the variables that point
there. ``python -m docs.rehearsal SERIAL unplug`` takes a camera away, ``SERIAL ok`` brings it back
and makes it well, ``SERIAL KNOB=NUMBER`` makes it misbehave with a knob of tests/simulator.
"""

from __future__ import annotations

import platform
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.simulator.build import SimulatorBuildError, build_simulator
from tests.simulator.control import SLOTS
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

__all__ = ["CAMERAS", "prepare"]

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build/rehearsal"

_MACHINE_FOLDERS = {"x86_64": "64"}
"""Where MVS puts its libraries; on other machines it is the machine's name."""

_FORMATS = ("BayerRG8", "Mono8")

CAMERAS = (
    CameraSpec(
        "DA9795503",
        vendor="Hikrobot",
        model="MV-CA003-50UC",
        producer="MvProducerU3V.cti",
        flavour="hikrobot",
        frame_rate=200.0,
        formats=_FORMATS,
    ),
    CameraSpec(
        "02D38823085",
        vendor="Hikrobot",
        model="MV-CA050-10GC",
        producer="MvProducerGEV.cti",
        bus="GEV",
        flavour="hikrobot",
        width=1280,
        height=1024,
        frame_rate=30.0,
        formats=_FORMATS,
    ),
    CameraSpec(
        "20068364",
        vendor="FLIR",
        model="Blackfly S BFS-U3-120S4C",
        producer="Spinnaker_GenTL.cti",
        flavour="flir",
        width=1600,
        height=1200,
        frame_rate=60.0,
        formats=_FORMATS,
    ),
)
"""What there is: a Hikrobot camera on USB3, one on GigE, and a FLIR camera on USB3."""


def prepare(folder: Path = FOLDER) -> dict[str, str]:
    """Write producers and cameras below ``folder``; return the variables that point there.

    Raises SimulatorBuildError where there is no C++ compiler.
    """
    simulator = build_simulator()
    mvs, spinnaker = folder / "opt/MVS/lib", folder / "opt/spinnaker/lib/spinnaker-gentl"
    machine = platform.machine()
    places = {
        "MvProducerU3V.cti": mvs / _MACHINE_FOLDERS.get(machine, machine),
        "MvProducerGEV.cti": mvs / _MACHINE_FOLDERS.get(machine, machine),
        "Spinnaker_GenTL.cti": spinnaker,
    }
    for name, place in places.items():
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(simulator, place / name)
    return {
        **Scenario(CAMERAS).write(folder).variables,
        "MVCAM_COMMON_RUNENV": str(mvs),
        "SPINNAKER_GENTL64_CTI": str(spinnaker / "Spinnaker_GenTL.cti"),
    }


def main(arguments: Sequence[str]) -> int:
    """Prepare, or set the knobs of a camera."""
    if not arguments:
        try:
            variables = prepare()
        except SimulatorBuildError as error:
            print(error, file=sys.stderr)
            return 1
        file = FOLDER / "environment"
        lines = (f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
        file.write_text("".join(lines))
        print(
            "Simulated cameras under the producers of Hikrobot and FLIR. In each terminal, first:"
        )
        print(f"\n  . {file.relative_to(ROOT)}\n\nThen 'camstrm list' shows them.")
        return 0
    serial, *knobs = arguments
    plain = knobs in (["ok"], ["unplug"])
    try:
        values = {} if plain else {k: int(v) for k, v in (word.split("=") for word in knobs)}
        if serial not in {camera.serial for camera in CAMERAS} or not set(values) <= set(SLOTS):
            raise ValueError
    except ValueError:
        print(f"wanted SERIAL with unplug, ok or KNOB=NUMBER, got {' '.join(arguments)!r}")
        print("serial numbers:", *(camera.serial for camera in CAMERAS))
        print("knobs:", *(name for name, (kind, _) in SLOTS.items() if kind == "KNOB"))
        return 2
    with RunnableScenario(FOLDER / "scenario.ini", FOLDER / "control").control(serial) as camera:
        if knobs == ["unplug"]:
            camera.unplug()
        elif plain:
            camera.clear()
        else:
            camera.set(**values)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
