"""The examples of the client library, as a user runs them, on the real commands."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from camstrm.bridge.http.token_file import CONTROL_TOKEN_FILE
from tests.fakes.running_system import DEADLINE_S, RunningSystem
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/client.md"
EXAMPLES = ROOT / "docs/examples"
SCENARIO = Scenario(
    tuple(
        CameraSpec(serial, width=320, height=240, formats=("BayerRG8",)) for serial in ("A1", "B2")
    )
)
CAMERAS = """
[[camera]]
serial = "A1"
name = "left"
[[camera]]
serial = "B2"
name = "right"
"""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    folder = tmp_path_factory.mktemp("client")
    run, cti = SCENARIO.write(folder), str(build_simulator())
    with RunningSystem(folder, CAMERAS, cti=cti, environment=run.variables) as system:
        asyncio.run(until_pictures(system))
        yield system


async def until_pictures(system: RunningSystem) -> None:
    async with system.viewer() as viewer:
        await viewer.pictures({0, 1})


def run(system: RunningSystem, example: str, *arguments: str, token: str = "") -> str:
    """Run an example; return what it printed."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / example)]
    url = f"{system.url}/?token={token or system.token}"
    done = subprocess.run(
        [*command, url, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_newest_pictures(system: RunningSystem) -> None:
    text = run(system, "newest_pictures.py")
    assert set(re.findall(r"^(\w+): \(240, 320", text, re.MULTILINE)) == {"left", "right"}


def test_slow_analysis(system: RunningSystem) -> None:
    frames = re.findall(r"frame (\d+)", run(system, "slow_analysis.py", "left"))
    numbers = [int(frame) for frame in frames]
    assert len(numbers) == 5
    assert numbers == sorted(set(numbers))


def test_with_event_loop(system: RunningSystem) -> None:
    text = run(system, "with_event_loop.py")
    assert "bundle" in text


def test_zoom(system: RunningSystem) -> None:
    text = run(system, "zoom.py", "right")
    assert text.startswith("(144, 192, 3)")  # the frame ends there
    assert "Region(x=128, y=96, width=192, height=144)" in text


def test_still(system: RunningSystem, tmp_path: Path) -> None:
    file = tmp_path / "left.tiff"
    text = run(system, "still.py", "left", str(file))
    assert text == f"{file}: {file.stat().st_size} bytes, (240, 320) uint8\n"


def test_adjust(system: RunningSystem) -> None:
    token = (system.folder / CONTROL_TOKEN_FILE).read_text().strip()
    text = run(system, "adjust.py", "left", token=token)
    assert "of the pixels are clipped at" in text
    with pytest.raises(AssertionError, match="role"):
        run(system, "adjust.py", "left")


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_javascript(system: RunningSystem) -> None:
    # Node.js has WebSocket without this option since version 22.
    node = ["node", "--experimental-websocket", str(EXAMPLES / "newest_pictures.mjs")]
    command = [*node, system.url.replace("http", "ws"), system.token]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 0, done.stderr
    lines = re.findall(r"^(\w+): frame \d+, 320x240, \d+ bytes$", done.stdout, re.MULTILINE)
    assert set(lines) == {"left", "right"}


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
def test_cpp(system: RunningSystem, tmp_path: Path) -> None:
    program, source = str(tmp_path / "newest_pictures"), str(EXAMPLES / "newest_pictures.cpp")
    options = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-I", str(ROOT / "camstrm/wire")]
    subprocess.run(["g++", *options, "-o", program, source], check=True, timeout=DEADLINE_S)
    host, port = urlsplit(system.url).netloc.split(":")
    for token, code in ((system.token, 0), ("wrong", 1)):
        command = [program, host, port, token]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=DEADLINE_S
        )
        assert done.returncode == code, done.stderr
        if code == 0:
            cameras = re.findall(r"^camera (\d): frame \d+, 320x240", done.stdout, re.MULTILINE)
            assert set(cameras) == {"0", "1"}
    assert done.stderr == "refused: HTTP/1.1 401 Unauthorized\n"


def test_the_documents_name_every_example_and_nothing_else() -> None:
    named = {
        name
        for document in (DOCUMENT, ROOT / "docs/other-languages.md")
        for name in re.findall(r"\(examples/(\w+\.\w+)\)", document.read_text())
    }
    assert named == {path.name for path in EXAMPLES.iterdir() if path.is_file()}


def test_the_documents_python_compiles() -> None:
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(blocks) >= 5
    for block in blocks:
        source = block if "async for" not in block else f"async def main():\n {block}"
        compile(source.replace("\n", "\n ") if "async for" in block else source, "block", "exec")
