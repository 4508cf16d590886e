"""How many viewers there may be at once, in all and from one address."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from aiohttp import web

__all__ = ["ClientLimits"]

RETRY_AFTER_S = 5
"""Seconds after which a viewer that found no room may try again."""


class ClientLimits:
    """Counts those who watch now: WebSockets, MJPEG streams and single pictures."""

    def __init__(self, max_clients: int, max_per_address: int) -> None:
        self.refused = 0
        self._max_clients = max_clients
        self._max_per_address = max_per_address
        self._addresses: Counter[str] = Counter()

    def change(self, max_clients: int, max_per_address: int) -> None:
        """Let other limits hold from now on; whoever watches already goes on."""
        self._max_clients = max_clients
        self._max_per_address = max_per_address

    @contextlib.contextmanager
    def admit(self, address: str) -> Iterator[None]:
        """Count ``address`` while the block runs; raise 503 if there is no room."""
        if self._addresses.total() >= self._max_clients:
            raise self._refuse(f"{self._max_clients} viewers are connected (bridge.max_clients)")
        if self._addresses[address] >= self._max_per_address:
            raise self._refuse(
                f"{self._max_per_address} viewers from {address} are connected "
                "(bridge.max_clients_per_address)"
            )
        self._addresses[address] += 1
        try:
            yield
        finally:
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    def _refuse(self, why: str) -> web.HTTPException:
        self.refused += 1
        return web.HTTPServiceUnavailable(
            text=f"No more viewers now: {why}. Try again later.\n",
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )
