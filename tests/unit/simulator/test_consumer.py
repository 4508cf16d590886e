"""A consumer in C (consumer.c) that asks in ways Harvesters does not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.simulator.scenario import CameraSpec, Scenario

SOURCE = Path(__file__).with_name("consumer.c")
FLAGS = ("-std=c99", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Werror")
IMAGES = 20


def take_images(camsim: Path, folder: Path, camera: CameraSpec) -> list[str]:
    """Return the lines that the consumer prints."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    program = folder / "consumer"
    command = [compiler, *FLAGS, str(SOURCE), "-o", str(program), "-ldl"]
    built = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert built.returncode == 0, built.stderr
    run = Scenario((camera,)).write(folder)
    played = subprocess.run(
        [str(program), str(camsim), str(IMAGES)],
        env={**os.environ, **run.variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert played.returncode == 0, played.stderr
    return played.stdout.splitlines()


def test_consumer_that_is_not_harvesters_gets_every_picture(camsim: Path, tmp_path: Path) -> None:
    """NULL out-parameters, a known device of an interface that was reopened, buffer parts."""
    camera = CameraSpec("A1", user_name="left", bus="GEV", width=320, height=240, frame_rate=200.0)
    lines = take_images(camsim, tmp_path, camera)
    told = dict(line.split(" ", 1) for line in lines if not line.startswith("image "))
    assert [told[f"TLGetInfo{i}"] for i in (2, 4, 5, 9, 10)] == [
        "camsim",
        "Mixed",
        camsim.name,
        "1",
        "5",
    ]
    infos = ["sim-GEV", "Simulated GEV", "GEV"]
    assert [told[f"TLGetInterfaceInfo{i}"] for i in range(3)] == infos
    device = ["camstrm-A1-0", "camstrm", "Simulated", "GEV", "camstrm Simulated (A1)"]
    rest = ["left", "A1", "1.0.0", "1000000000"]
    assert [told[f"IFGetDeviceInfo{i}"] for i in range(10)] == [*device, "1", *rest]
    assert [told[f"DevGetInfo{i}"] for i in range(10)] == [*device, "5", *rest]
    assert told["DSGetInfo7"] == str(320 * 240)

    images = [line.split()[1:] for line in lines if line.startswith("image ")]
    # Width, height, format, filled and data size; incomplete, with a time stamp.
    size = str(320 * 240)
    assert {tuple(image[:5] + image[7:]) for image in images} == {
        ("320", "240", "0x1080001", size, size, "0", "1")
    }
    ids = [int(image[5]) for image in images]
    assert ids == [int(image[6]) for image in images], "the numbers in the pictures"
    # There are more buffers than images; only a host that stood still loses frames.
    assert (ids[0], len(ids)) == (1, IMAGES)
    assert ids == sorted(set(ids))
