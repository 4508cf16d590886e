"""The client library for programs without an event loop: the same names, and nothing to await."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Coroutine, Iterable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from msgspec import Struct

from camstrm.client import asyncio as client
from camstrm.client.bundle import Bundle
from camstrm.client.still import Still, StillFormat
from camstrm.client.wish import ViewWish
from camstrm.feature import FeatureChange, FeatureInfo, FeatureState, FeatureValue, Selectors
from camstrm.wire import CameraInfo, CameraLease, Status
from camstrm.wire.operations import Arguments, Measurement

__all__ = ["Client", "connect"]

T = TypeVar("T")


class Client:
    """A connection to a camstrm server; what its methods do is said in camstrm.client.asyncio.

    The connection runs in a thread of its own from entering to closing. Any thread may call the
    methods; one of them iterates.
    """

    def __init__(self, inner: client.Client) -> None:
        self._inner = inner
        self._loop = asyncio.new_event_loop()
        # A daemon: a program that ends without closing must not hang.
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="camstrm-client", daemon=True
        )

    def __enter__(self) -> Client:
        self._thread.start()
        try:
            self._wait(self._inner.__aenter__())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Bundle]:
        while True:
            yield self.next()

    def close(self) -> None:
        """Close the connection and end its thread."""
        if self._loop.is_closed():
            return
        self._wait(self._inner.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._inner.connected

    @property
    def cameras(self) -> dict[str, CameraInfo]:
        """The server's cameras by name; those of the last connection while there is none."""
        return self._inner.cameras

    @property
    def status(self) -> Status | None:
        """What the server said last of itself and its cameras; None before that."""
        return self._inner.status

    @property
    def leases(self) -> dict[str, CameraLease]:
        """Who may change which camera, by its name; without an entry nobody holds its lease."""
        return self._inner.leases

    def refused_views(self) -> dict[ViewWish, str]:
        return self._inner.refused_views()

    def next(self) -> Bundle:
        return self._wait(self._inner.next())

    def latest(self) -> Bundle:
        return self._wait(self._inner.latest())

    def subscribe(
        self,
        cameras: Iterable[str] | None = None,
        *,
        max_fps: float | None = None,
        views: Iterable[ViewWish] = (),
        reduce: bool = False,
    ) -> None:
        self._wait(self._inner.subscribe(cameras, max_fps=max_fps, views=views, reduce=reduce))

    def call(self, camera: str, do: str, arguments: Arguments | None = None) -> Struct:
        return self._wait(self._inner.call(camera, do, arguments))

    def features(self, camera: str) -> tuple[FeatureInfo, ...]:
        return self._wait(self._inner.features(camera))

    def values(
        self, camera: str, *features: str, selectors: Selectors | None = None
    ) -> dict[str, FeatureState]:
        return self._wait(self._inner.values(camera, *features, selectors=selectors))

    def set(
        self,
        camera: str,
        feature: str,
        value: FeatureValue,
        *,
        selectors: Selectors | None = None,
        stop: bool = False,
        clamp: bool = False,
    ) -> FeatureChange:
        return self._wait(
            self._inner.set(camera, feature, value, selectors=selectors, stop=stop, clamp=clamp)
        )

    def execute(self, camera: str, command: str) -> FeatureChange:
        return self._wait(self._inner.execute(camera, command))

    def measure(
        self, camera: str, region: tuple[int, int, int, int] | None = None, *, bins: int = 256
    ) -> Measurement:
        return self._wait(self._inner.measure(camera, region, bins=bins))

    @contextlib.contextmanager
    def lease(self, camera: str) -> Iterator[CameraLease]:
        held = self._inner.lease(camera)
        lease = self._wait(held.__aenter__())
        try:
            yield lease
        finally:
            self._wait(held.__aexit__(None, None, None))

    def still(
        self,
        camera: str,
        format: StillFormat = "jpeg",  # noqa: A002  its name in the operation and in the URL
        *,
        region: tuple[int, int, int, int] | None = None,
        scale: float | None = None,
        raw: bool = True,
    ) -> Still:
        return self._wait(self._inner.still(camera, format, region=region, scale=scale, raw=raw))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def connect(
    url: str,
    *,
    token: str | None = None,
    cameras: Iterable[str] | None = None,
    max_fps: float | None = None,
    views: Iterable[ViewWish] = (),
    reduce: bool = False,
    tls: ssl.SSLContext | None = None,
    reconnect: bool = True,
) -> Client:
    """Return a client of the server at ``url``, to be used in a ``with`` statement.

    The arguments are those of camstrm.client.asyncio.connect.
    """
    return Client(
        client.connect(
            url,
            token=token,
            cameras=cameras,
            max_fps=max_fps,
            views=views,
            reduce=reduce,
            tls=tls,
            reconnect=reconnect,
        )
    )
