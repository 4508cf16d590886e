"""Stills over HTTP through the real commands, beside three streams; the document's commands too."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import cv2
import numpy as np
import pytest
import tifffile
from msgspec import to_builtins
from numpy.typing import NDArray

from camstrm.wire import FrameBundle, Region, Reply, Status, unpack
from camstrm.wire.operations import Measure, Measurement
from tests.conftest import ROOT
from tests.fakes.pictures.pixel_packing import ONE_COMPONENT
from tests.fakes.running_system import RunningSystem, Viewer
from tests.simulator.build import build_simulator
from tests.simulator.pattern import expected_rgb, grey_of
from tests.simulator.scenario import CameraSpec, Scenario
from tests.simulator.stamp import block_size, read_stamp

CFA = {"GR": "GRBG", "RG": "RGGB", "GB": "GBRG", "BG": "BGGR"}
BIG = CameraSpec(
    "BIG", bus="Custom", width=2656, height=2304, frame_rate=10.0, formats=("BayerRG12p",)
)
LEFT = CameraSpec("LEFT", bus="Custom", frame_rate=60.0, formats=("BayerGB8",))
RIGHT = CameraSpec("RIGHT", bus="Custom", frame_rate=60.0, formats=("Mono12Packed",))
STILLS = 6


def system_of(folder: Path, *cameras: CameraSpec, buffers_s: float = 0.0) -> RunningSystem:
    """Let cameras run; ``buffers_s``: for how long each can send before a frame is lost."""
    scenario = Scenario(cameras).write(folder)
    tables = "".join(
        f'[[camera]]\nserial = "{camera.serial}"\nname = "{camera.serial.lower()}"\n'
        f"num_buffers = {round(buffers_s * camera.frame_rate)}\n"
        for camera in cameras
    )
    return RunningSystem(folder, tables, cti=str(build_simulator()), environment=scenario.variables)


def opened(data: bytes) -> NDArray[Any]:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return np.asarray(image[:, :, ::-1] if image.ndim == 3 else image)


def sensor_values(name: str, rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return what the simulator's sensor of this format gives of a picture."""
    if name.startswith("Bayer"):
        values = np.empty(rgb.shape[:2], np.int64)
        for place, colour in enumerate(CFA[name[5:7]]):
            y, x = divmod(place, 2)
            values[y::2, x::2] = rgb[y::2, x::2, "RGB".index(colour)]
    else:
        values = grey_of(rgb)
    bits = ONE_COMPONENT[name][1]
    return values if bits == 8 else values * 257 >> (16 - bits)


def check_values(name: str, values: NDArray[Any]) -> int:
    """Compare raw values with the pattern, bit by bit; return the frame's number in it."""
    bits = ONE_COMPONENT[name][1]
    shown = (values >> (bits - 8)).astype(np.uint8)
    if name.startswith("Bayer"):
        order = {"RG": cv2.COLOR_BayerRGGB2RGB, "GB": cv2.COLOR_BayerGBRG2RGB}[name[5:7]]
        shown = cv2.cvtColor(shown, order)
    stamp = read_stamp(shown)
    height, width = values.shape
    np.testing.assert_array_equal(values, sensor_values(name, expected_rgb(width, height, stamp)))
    return stamp.frame


async def streaming(viewer: Viewer, cameras: int) -> Status:
    """Wait until all cameras stream."""
    status = await viewer.until(
        lambda m: (
            isinstance(m, Status)
            and len(m.cameras) == cameras
            and all(c.delivered > 0 and c.encoded > 0 for c in m.cameras)
        )
    )
    assert isinstance(status, Status)
    return status


@pytest.mark.parametrize("camera", [BIG, LEFT, RIGHT], ids=lambda camera: camera.formats[0])
async def test_a_tiff_is_what_the_sensor_gave(tmp_path: Path, camera: CameraSpec) -> None:
    name = camera.formats[0]
    with system_of(tmp_path, camera) as system:
        async with system.viewer() as viewer:
            await streaming(viewer, 1)
            status, data = await system.get(f"/cam/{camera.serial}.tiff")
            assert status == 200, data
            _, png = await system.get(f"/cam/{camera.serial}.png?bits=16&y={camera.height // 2}")
    values = tifffile.imread(io.BytesIO(data))
    np.testing.assert_array_equal(opened(data), values)
    frame = check_values(name, values)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        assert isinstance(page, tifffile.TiffPage)
        known = json.loads(page.description)
        assert known["frame_id"] == frame
        assert known["pixel_format"] == name
        assert known["features"]["ExposureTime"] > 0
        assert known["features"]["AcquisitionFrameRate"] == camera.frame_rate
        assert ("CFAPattern" in page.tags) == name.startswith("Bayer")
    # Of another frame; what is below the stamp does not change, but for the last line of blocks.
    lower = opened(png)[8 : -block_size(camera.width) - 8]
    assert lower.shape[1] == camera.width
    top = camera.height // 2 + 8
    grey = lower if lower.ndim == 2 else lower[:, :, 1]
    bits = ONE_COMPONENT[name][1]
    shift = 16 - bits if bits > 8 else 0
    own = values[top : top + len(grey)]
    if name.startswith("Bayer"):
        # Where the mosaic is green, the green of the colour image is the mosaic's own.
        green = np.zeros(own.shape, bool)
        order = CFA[name[5:7]]
        for place, colour in enumerate(order):
            y, x = divmod(place, 2)
            green[(y - top) % 2 :: 2, x::2] = colour == "G"
        # OpenCV copies the border from its neighbours.
        green[:, [0, -1]] = False
        np.testing.assert_array_equal(grey[green] >> shift, own[green])
    else:
        np.testing.assert_array_equal(grey >> shift, own)


async def test_stills_of_a_large_camera_cost_no_frame(tmp_path: Path) -> None:
    kinds = ("big.tiff", "big.png", "big.jpg?scale=1", "big.tiff?raw=0", "left.tiff", "right.png")
    left, right = (replace(camera, frame_rate=200.0) for camera in (LEFT, RIGHT))
    # A machine with ten programs for two processors leaves a process without one for up to half a
    # second, with stills or without. That none holds the interpreter's lock is for unit tests.
    with system_of(tmp_path, BIG, left, right, buffers_s=1.0) as system:
        async with system.viewer() as viewer:
            before = await streaming(viewer, 3)
            bundles: list[FrameBundle] = []
            done = asyncio.Event()

            async def watch() -> Status:
                """Read on until there is a status that came after the last still."""
                while True:
                    message = await viewer.next()
                    if isinstance(message, FrameBundle):
                        bundles.append(message)
                    elif isinstance(message, Status) and done.is_set():
                        return message

            watching = asyncio.create_task(watch())
            seen = []
            for number in range(STILLS):
                status, data = await system.get(f"/cam/{kinds[number % len(kinds)]}")
                assert status == 200, data
                seen.append(len(bundles))
            done.set()
            after = await watching
    assert len(bundles) > STILLS, "bundles go on"
    assert [b.seq for b in bundles] == sorted({b.seq for b in bundles})
    for first, last in zip(before.cameras, after.cameras, strict=True):
        assert last.lost == first.lost, (first, last)
        assert last.delivered > first.delivered
        assert last.reconnects == 0


async def asked(viewer: Viewer, number: int, camera: int, wish: Measure) -> Reply:
    """Ask for a measurement through the WebSocket."""
    await viewer.ws.send_str(
        json.dumps(
            {
                "type": "call",
                "id": number,
                "camera": camera,
                "do": "measure",
                "with": to_builtins(wish),
            }
        )
    )
    reply = await viewer.until(lambda m: isinstance(m, Reply) and m.id == number)
    assert isinstance(reply, Reply)
    return reply


async def test_measurements_of_what_the_pattern_shows(tmp_path: Path) -> None:
    # In the white bar, below the stamp: 208 of 255, in 12 bits 3341.
    white = Measure(Region(8, 64, 64, 128), bins=16, point=(11, 70), line=(8, 70, 39, 70))
    with system_of(tmp_path, LEFT, RIGHT) as system:
        async with system.viewer() as viewer:
            await streaming(viewer, 2)
            replies = [await asked(viewer, 1 + camera, camera, white) for camera in (0, 1)]
            wrong = await asked(viewer, 3, 0, Measure(Region(640, 0, 4, 4)))
            whole = await asked(viewer, 4, 0, Measure())
    left, right = (unpack(reply.result, Measurement, "measure") for reply in replies)
    assert [channel.name for channel in left.channels] == ["R", "G", "B"]
    assert left.point == {"R": 208, "Gr": 208, "Gb": 208, "B": 208}
    assert [channel.name for channel in right.channels] == ["grey"]
    assert right.point == {"grey": 3341}
    for found, value, bits in ((left, 208, 8), (right, 3341, 12)):
        assert (found.bits, found.region, found.step) == (bits, white.region, 1)
        assert found.pixels == 64 * 128
        assert found.sharpness == 0
        assert found.line is not None
        for channel in found.channels:
            assert (channel.mean, channel.minimum, channel.maximum) == (value, value, value)
            assert (channel.deviation, channel.clipped, channel.black) == (0, 0, 0)
            assert channel.histogram[13] == sum(channel.histogram) > 0
            assert set(found.line.values[channel.name]) == {value}
    assert (wrong.ok, wrong.code) == (False, "wrong")
    assert unpack(whole.result, Measurement, "measure").sharpness > 0


async def test_the_feature_tree_of_a_camera(tmp_path: Path) -> None:
    with system_of(tmp_path, LEFT) as system:
        async with system.viewer() as viewer:
            await streaming(viewer, 1)
            url, headers = (
                f"{system.url}/api/cameras/left/features",
                {"Authorization": f"Bearer {system.token}"},
            )
            async with aiohttp.ClientSession(headers=headers) as session:
                async with session.get(url) as answer:
                    assert answer.status == 200
                    tree, etag = await answer.json(), answer.headers["ETag"]
                async with session.get(url, headers={"If-None-Match": etag}) as answer:
                    assert (answer.status, await answer.read()) == (304, b"")
    assert etag == f'"{tree["hash"]}"'
    assert {"Width", "PixelFormat", "ExposureTime"} <= {info["name"] for info in tree["features"]}


async def test_what_is_answered_without_a_picture(tmp_path: Path) -> None:
    with system_of(tmp_path, LEFT) as system:
        async with system.viewer() as viewer:
            await streaming(viewer, 1)
            status, text = await system.get("/cam/left.tiff?x=640")
            assert status == 400
            assert b"region: 65500x65500 at 640, 0 is outside the picture of 640x480" in text
            assert (await system.get("/cam/nobody.tiff"))[0] == 404
            assert system.grabber is not None
            system.grabber.end()
            await viewer.until(lambda m: isinstance(m, Status) and m.input == "none")
            status, text = await system.get("/cam/left.tiff")
            assert status == 503
            assert b"no grabber is connected" in text


async def test_a_camera_process_that_is_killed_answers_its_stills(tmp_path: Path) -> None:
    with system_of(tmp_path, BIG) as system:
        async with system.viewer() as viewer:
            await streaming(viewer, 1)
            assert system.grabber is not None
            (process,) = system.grabber.children()
            asked = [asyncio.create_task(system.get("/cam/big.png")) for _ in range(4)]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            os.kill(process, signal.SIGKILL)
            for status, data in await asyncio.gather(*asked):
                assert status in (200, 503), data
                if status == 200:
                    assert opened(data).shape == (2304, 2656, 3)
                else:
                    assert data.endswith(b"\n")
            while (await system.get("/cam/big.tiff"))[0] != 200:
                await viewer.next()


def commands() -> list[str]:
    """Return the commands of docs/sharing.md about stills."""
    text = (ROOT / "docs/sharing.md").read_text()
    section = text[text.index("### Stills") :]
    block = re.search(r"```\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return block[1].strip().splitlines()


def run_commands(system: RunningSystem, folder: Path) -> dict[str, NDArray[Any]]:
    """Run the document's commands against ``system``; return the images that they left."""
    lines = commands()
    assert len(lines) >= 4
    for line in lines:
        assert "http://server:8765/cam/left" in line
        command = line.replace("http://server:8765/cam/left", f"{system.url}/cam/big")
        run = subprocess.run(
            ["sh", "-c", f"{command} --fail-with-body"],
            cwd=folder,
            env={**os.environ, "TOKEN": system.token},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, (line, run.stdout, run.stderr)
    return {path.name: opened(path.read_bytes()) for path in folder.iterdir()}


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
async def test_the_documents_commands(tmp_path: Path) -> None:
    big = CameraSpec("BIG", width=1600, height=1200, frame_rate=20.0, formats=("BayerRG12p",))
    saved = tmp_path / "saved"
    await asyncio.to_thread(saved.mkdir)
    with system_of(tmp_path, big) as system:
        async with system.viewer() as viewer:
            await streaming(viewer, 1)
            images = await asyncio.to_thread(run_commands, system, saved)
    assert images.pop("detail.jpg").shape == (240, 320, 3)
    kinds = {name.rpartition(".")[2]: image.shape for name, image in images.items()}
    assert kinds.keys() == {"tiff", "png"}
    assert kinds["png"] == (1200, 1600, 3)
    assert len(images) == 3
