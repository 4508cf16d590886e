"""The Qt viewer in a process of its own, as the soak sees it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from bench.child_process import ROOT

__all__ = ["QtViewer"]

_DEADLINE_S = 120.0
_LONGEST_REPORT = 1 << 20


class QtViewer:
    """Runs while the block does; its output besides reports goes to ``folder``/qt.log."""

    name = "qt"

    def __init__(self, url: str, token: str, seed: str, folder: Path) -> None:
        self._arguments = url, token, seed
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.complaints: list[str] = []

    async def __aenter__(self) -> QtViewer:
        home = self._folder / "home"
        home.mkdir()
        with (self._folder / "qt.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.soak.qt_child",
                *self._arguments,
                cwd=ROOT,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home)}
                | {"XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=_LONGEST_REPORT,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()
        try:
            code = await asyncio.wait_for(process.wait(), _DEADLINE_S)
        except asyncio.TimeoutError:
            process.kill()
            await process.wait()
            self.complaints.append("the viewer did not end")
        else:
            if code:
                self.complaints.append(f"the viewer ended with code {code}")

    async def act(self) -> None:
        """Let the person work."""
        self._order("act")

    async def rest(self) -> None:
        """Let the person close everything and look at all cameras."""
        self._order("rest")

    async def report(self) -> dict[str, Any]:
        """Return figures; ``shown``: pictures of each camera. RuntimeError: it has crashed."""
        report: dict[str, Any] = await self._answer("report")
        self.complaints = report["complaints"]
        return report

    async def stale(self) -> list[bool]:
        """Return of each picture whether it is marked as old."""
        stale: list[bool] = await self._answer("stale")
        return stale

    async def _answer(self, order: str) -> Any:
        self._order(order)
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), _DEADLINE_S)
        if not line:
            raise RuntimeError(f"the Qt viewer is gone (code {await self._process.wait()})")
        return json.loads(line)

    def _order(self, order: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n".encode())
