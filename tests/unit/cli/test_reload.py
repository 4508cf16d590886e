from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from camstrm.cli.reload import reloading
from camstrm.cli.service_manager import ServiceManager
from camstrm.config import Config, load_config
from camstrm.config.changes import Reloaded
from camstrm.errors import ConfigError

LONG_S = 30.0


class Service(ServiceManager):
    """Remembers what it was to report."""

    def __init__(self) -> None:
        super().__init__({})
        self.said: list[str] = []

    def ready(self, status: str = "") -> None:
        self.said.append(status)

    def reloading(self) -> None:
        self.said.append("reloading")


def has_said(service: Service, count: int) -> bool:
    return len(service.said) == count


async def hangup_until(condition: Callable[[], bool]) -> None:
    """Send one, and let the loop run until it was answered."""
    os.kill(os.getpid(), signal.SIGHUP)
    for _ in range(int(LONG_S / 0.001)):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("that never came")


async def test_a_hangup_reads_the_file_and_hands_it_on(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[stream]\nfps = 7\n")
    taken: list[Config] = []

    async def take(config: Config) -> Reloaded:
        taken.append(config)
        return Reloaded(("stream.fps",), ("bridge.port",))

    service = Service()
    async with reloading(lambda: load_config(file), take, service, lambda: None):
        await hangup_until(lambda: len(service.said) == 2)
        file.write_text("[stream]\nfps = 8\n")
        await hangup_until(lambda: len(service.said) == 4)
    assert [config.stream.fps for config in taken] == [7, 8]
    said = "configuration reloaded: applied: stream.fps; needs a restart: bridge.port"
    assert service.said == ["reloading", said] * 2


async def test_a_bad_file_changes_nothing_and_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[stream]\nfps = 1000\n")

    async def take(_: Config) -> Reloaded:
        raise AssertionError("nothing must be taken")

    service = Service()
    async with reloading(lambda: load_config(file), take, service, lambda: None):
        await hangup_until(lambda: len(service.said) == 2)
    assert service.said[1] == (
        f"not reloaded, nothing has changed: {file}:2: stream.fps: wanted 1 to 60, got 1000"
    )
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == [
        service.said[1]
    ]


async def test_after_a_failure_the_next_wish_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    wishes = iter((ConfigError("c.toml", "no"), ZeroDivisionError(), Reloaded()))

    async def take(wish: object) -> Reloaded:
        if isinstance(wish, Exception):
            raise wish
        return Reloaded()

    service = Service()
    async with reloading(lambda: next(wishes), take, service, lambda: None):
        for count in (2, 4, 6):
            await hangup_until(partial(has_said, service, count))
    assert service.said[5] == "configuration reloaded: nothing has changed"
    assert "ZeroDivisionError" in caplog.text
