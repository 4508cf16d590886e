"""Read the configuration again on SIGHUP: all of it holds, or nothing has changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from camstrm.cli.service_manager import ServiceManager
from camstrm.cli.signals import reload_on_hangup
from camstrm.config.changes import Reloaded
from camstrm.errors import CamstrmError

__all__ = ["reloading"]

_log = logging.getLogger(__name__)

T = TypeVar("T")


@contextlib.asynccontextmanager
async def reloading(
    read: Callable[[], T],
    take: Callable[[T], Awaitable[Reloaded]],
    service: ServiceManager,
    stop: Callable[[], None],
) -> AsyncIterator[None]:
    """Let each SIGHUP call ``read``, in a thread, and give the result to ``take``.

    Both may raise CamstrmError, which is logged and shown by 'systemctl status'; then nothing
    must have changed. ``stop``: see reload_on_hangup().
    """
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    task = loop.create_task(_answer(asked, read, take, service), name="reload")
    with reload_on_hangup(lambda: _from_signal(loop, asked.set), stop):
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})


def _from_signal(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended
        loop.call_soon_threadsafe(call)


async def _answer(
    asked: asyncio.Event,
    read: Callable[[], T],
    take: Callable[[T], Awaitable[Reloaded]],
    service: ServiceManager,
) -> None:
    while True:
        await asked.wait()
        asked.clear()  # a wish that comes while files are read is one more
        service.reloading()
        try:
            said = f"configuration reloaded: {await take(await asyncio.to_thread(read))}"
            _log.info("%s", said)
        except CamstrmError as error:
            said = f"not reloaded, nothing has changed: {error}"
            _log.error("%s", said)
        except Exception as error:  # noqa: BLE001  what runs must not end because of a reload
            said = f"not reloaded: {error!r}"
            _log.exception("the configuration could not be reloaded")
        service.ready(said)
