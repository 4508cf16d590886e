"""One camera of the genicam wheel's own simulator: camstrm's worker beside ``fetch()``.

So that nothing is fitted to the project's own simulator alone. Run as
``python -m bench.drain.viky WAY SECONDS``, in a process for each way.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import Any

from bench.report import Row
from camstrm.cli.commands.demo import simulator_cti

__all__ = ["run"]

FPS = 200.0
SERIAL = "1"


def run(seconds: float, turns: int, *, peer: bool) -> list[Row]:
    """Return CPU per frame of camstrm and, if ``peer``, of fetch(), in turns."""
    results: dict[str, list[dict[str, Any]]] = {"camstrm": [], **({"fetch": []} if peer else {})}
    for _ in range(turns):
        for way, found in results.items():
            done = subprocess.run(
                [sys.executable, "-m", "bench.drain.viky", way, str(seconds)],
                stdout=subprocess.PIPE,
                check=True,
                timeout=seconds + 60,
            )
            found.append(json.loads(done.stdout))
    cpu = {
        way: statistics.median(r["cpu_s"] / max(r["frames"], 1) for r in found)
        for way, found in results.items()
    }
    lost = {way: sum(r["lost"] for r in found) for way, found in results.items()}
    return [
        Row(
            f"{way}: viky.cti, one 400x300 camera at {FPS:g} fps",
            cpu[way] * 1e6,
            "us CPU a frame, the simulator's own included",
            cpu[way] / cpu["fetch"] if peer and way != "fetch" else None,
            "fetch() in a thread",
            lost[way] if way == "camstrm" else 0,
            note=f"{sum(r['frames'] for r in found)} frames, {lost[way]} lost",
        )
        for way, found in results.items()
    ]


def _camstrm(seconds: float) -> dict[str, Any]:
    from camstrm.acquisition.gentl.producer import GentlProducer
    from camstrm.acquisition.worker.configure import CameraConfigurator
    from camstrm.acquisition.worker.settings import acquisition_settings
    from camstrm.acquisition.worker.worker import AcquisitionWorker
    from camstrm.config import CameraSettings, ProcessSettings
    from camstrm.profiles import load_profiles

    producer = GentlProducer(simulator_cti())
    producer.open()
    features: dict[str, bool | int | float | str] = {
        "Width": 400,
        "Height": 300,
        "AcquisitionFrameRate": FPS,
    }
    camera = CameraSettings(serial=SERIAL, features=features)
    profile = load_profiles()["generic"]
    settings = acquisition_settings(profile.quirks, camera, ProcessSettings())
    worker = AcquisitionWorker(producer, settings, CameraConfigurator(profile, camera))
    worker.start()
    while not worker.statistics.delivered:
        time.sleep(0.01)
    first, begin = worker.statistics.delivered, time.process_time()
    time.sleep(seconds)
    frames = worker.statistics.delivered - first
    cpu = time.process_time() - begin
    lost = worker.statistics.gaps + worker.statistics.underrun + worker.statistics.incomplete
    worker.stop()
    worker.join(10)
    producer.close()
    return {"frames": frames, "cpu_s": cpu, "lost": lost}


def _fetch(seconds: float) -> dict[str, Any]:
    # First: it makes genicam importable where Python has no shared library.
    import camstrm.acquisition.gentl.binding  # noqa: F401  isort: skip
    from harvesters.core import Harvester

    harvester = Harvester()
    harvester.add_file(simulator_cti())
    harvester.update()
    acquirer = harvester.create({"serial_number": SERIAL})
    nodes = acquirer.remote_device.node_map
    nodes.ComponentSelector.value = "Range"
    nodes.ComponentEnable.value = False
    nodes.ChunkModeActive.value = False
    nodes.Width.value, nodes.Height.value = 400, 300
    nodes.AcquisitionFrameRate.value = FPS
    acquirer.num_buffers = 20
    acquirer.start()
    frames = lost = last = 0
    begin = end = 0.0
    while not end or time.monotonic() < end:
        with acquirer.fetch(timeout=3) as buffer:
            frame_id = buffer.module.frame_id
        if not end:
            begin, end = time.process_time(), time.monotonic() + seconds
        elif frame_id > last + 1:
            lost += frame_id - last - 1
        last = frame_id
        frames += 1
    cpu = time.process_time() - begin
    acquirer.stop()
    acquirer.destroy()
    harvester.reset()
    return {"frames": frames, "cpu_s": cpu, "lost": lost}


if __name__ == "__main__":
    way, length = sys.argv[1:]
    print(json.dumps({"camstrm": _camstrm, "fetch": _fetch}[way](float(length))))
