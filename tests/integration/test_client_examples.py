"""The examples of the client library, as a user runs them, on the real commands."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.running_system import DEADLINE_S, RunningSystem, camera_table

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/client.md"
EXAMPLES = ROOT / "docs/examples"
CAMERAS = camera_table("0", "left") + camera_table("1", "right")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    with RunningSystem(tmp_path_factory.mktemp("client"), CAMERAS) as system:
        asyncio.run(until_pictures(system))
        yield system


async def until_pictures(system: RunningSystem) -> None:
    async with system.viewer() as viewer:
        await viewer.pictures({0, 1})


def run(system: RunningSystem, example: str, *arguments: str) -> str:
    """Run an example; return what it printed."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / example)]
    url = f"{system.url}/?token={system.token}"
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
    assert set(re.findall(r"^(\w+): \(300, 400", text, re.MULTILINE)) == {"left", "right"}


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
    assert text.startswith("(192, 256")
    assert "Region(x=128, y=96, width=256, height=192)" in text


def test_the_document_names_every_example_and_nothing_else() -> None:
    named = set(re.findall(r"\(examples/(\w+\.py)\)", DOCUMENT.read_text()))
    assert named == {path.name for path in EXAMPLES.glob("*.py")}


def test_the_documents_python_compiles() -> None:
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(blocks) >= 5
    for block in blocks:
        source = block if "async for" not in block else f"async def main():\n {block}"
        compile(source.replace("\n", "\n ") if "async for" in block else source, "block", "exec")
