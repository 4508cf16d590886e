"""The client library for programs with an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from types import TracebackType
from typing import TypeVar

from msgspec import Struct
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_web_socket
from websockets.exceptions import ConnectionClosed, WebSocketException

from camstrm.client.address import ServerAddress, parse_address
from camstrm.client.bundle import Bundle
from camstrm.client.failure import explained
from camstrm.client.reconnect import GOOD_AFTER_S, reconnect_pauses
from camstrm.client.session import ClientSession
from camstrm.client.still import Still, StillFormat, fetch_still, still_url
from camstrm.client.wish import ViewWish, Wishes
from camstrm.errors import CallError, ServerError, UsageError, WireError
from camstrm.feature import FeatureChange, FeatureInfo, FeatureState, FeatureValue, Selectors
from camstrm.wire import CALL_TIMEOUT_S, MAX_BUNDLE_SIZE, CameraInfo, CameraLease, Region, Status
from camstrm.wire.operations import (
    Arguments,
    ChangeLease,
    ExecuteCommand,
    FeatureTree,
    FeatureValues,
    Measure,
    Measurement,
    ReadFeatures,
    ReadValues,
    SetFeature,
)

__all__ = ["Client", "connect"]

_log = logging.getLogger(__name__)

R = TypeVar("R", bound=Struct)

CONNECT_TIMEOUT_S = 10.0
"""An attempt that takes longer is given up."""

PING_S = 5.0
"""Time between two pings; a server that answers none within twice this time is gone."""


_REPLY_TIMEOUT_S = CALL_TIMEOUT_S + 5.0
"""The server answers each call within CALL_TIMEOUT_S; this is for one that does not."""


class Client:
    """A connection to a camstrm server, which comes back by itself after it was lost.

    Used in one event loop. Entering it waits for the first connection and the server's list of
    cameras. ``async for`` gives the newest bundles; each is acknowledged when the next one is
    asked for, so a program that takes long gets fewer and always new ones.
    """

    def __init__(
        self,
        address: ServerAddress,
        wishes: Wishes,
        tls: ssl.SSLContext | None,
        *,
        reconnect: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._tls = tls
        self._reconnect = reconnect
        self._clock = clock
        self._session = ClientSession(wishes, clock)
        self._wishes = wishes
        self._backoff = reconnect_pauses()
        self._socket: ClientConnection | None = None  # None while there is no connection
        self._task: asyncio.Task[None] | None = None  # keeps the connection
        self._changed = asyncio.Condition()  # a bundle, a hello, the end
        self._error: ServerError | None = None  # why there will be no connection any more
        # Acknowledge bundles when they come, because only the newest is looked at.
        self._eager = False

    async def __aenter__(self) -> Client:
        if self._task is not None:
            raise RuntimeError("this client was entered before: make another one with connect()")
        self._task = asyncio.create_task(self._run(), name=f"camstrm {self._address.label}")
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: self._error or self._session.hello)
            if self._error is not None:
                raise self._error
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncGenerator[Bundle, None]:
        if self._task is not None:
            while True:
                yield await self.next()
        async with self:
            while True:
                yield await self.next()

    async def close(self) -> None:
        """Close the connection; what waits for something gets ServerError or CallError."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        await self._end(ServerError(self._address.label, "the connection was closed here"))

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._session.hello is not None

    @property
    def cameras(self) -> dict[str, CameraInfo]:
        """The server's cameras by name; those of the last connection while there is none."""
        return self._session.cameras

    @property
    def status(self) -> Status | None:
        """What the server said last of itself and its cameras; None before that."""
        return self._session.status

    @property
    def leases(self) -> dict[str, CameraLease]:
        """Who may change which camera, by its name; without an entry nobody holds its lease."""
        return self._session.leases

    def refused_views(self) -> dict[ViewWish, str]:
        """Return the wishes for views that the server refused, and its sentences."""
        return {w: view.refused for w, view in self._session.granted.items() if view.refused}

    async def next(self) -> Bundle:
        """Return the newest bundle that was not returned before, waiting for one if need be.

        Acknowledges the bundle before. Raises ServerError when there will be none.
        """
        await self._acknowledge()
        async with self._changed:
            await self._changed.wait_for(lambda: self._error or self._session.has_bundle)
        if self._error is not None:
            raise self._error
        return self._session.take_bundle()

    async def latest(self) -> Bundle:
        """Return the newest bundle of all that have come by now, for programs that look seldom.

        From the first call on bundles are acknowledged as they come, whether they are looked
        at or not.
        """
        if not self._eager:
            self._eager = True
            await self._acknowledge()
        return await self.next()

    async def subscribe(
        self,
        cameras: Iterable[str] | None = None,
        *,
        max_fps: float | None = None,
        views: Iterable[ViewWish] = (),
        reduce: bool = False,
    ) -> None:
        """Change what is wanted, see :func:`connect`."""
        self._wishes = _wishes(cameras, max_fps, views, reduce=reduce)
        await self._send(self._session.wish(self._wishes))

    async def call(self, camera: str, do: str, arguments: Arguments | None = None) -> Struct:
        """Ask a camera for something and return the result (camstrm.wire.operations).

        Raises CallError with the server's reason and code.
        """
        answered: asyncio.Future[Struct] = asyncio.get_running_loop().create_future()

        def answer(result: Struct | CallError) -> None:
            if answered.done():
                return
            if isinstance(result, CallError):
                answered.set_exception(result)
            else:
                answered.set_result(result)

        await self._send([self._session.call(camera, do, arguments, answer)])
        try:
            return await asyncio.wait_for(answered, _REPLY_TIMEOUT_S)
        except asyncio.TimeoutError:
            problem = f"no reply within {_REPLY_TIMEOUT_S:g} s"
            raise CallError(problem, code="timeout") from None
        finally:
            self._session.forget(answer)

    async def features(self, camera: str) -> tuple[FeatureInfo, ...]:
        """Return what does not change of all features of a camera."""
        tree = await self._call(camera, "features", ReadFeatures(), FeatureTree)
        return tree.features

    async def values(
        self, camera: str, *features: str, selectors: Selectors | None = None
    ) -> dict[str, FeatureState]:
        """Return value, limits and access of these features (none given: of all), by name."""
        wanted = ReadValues(features or None, selectors or {})
        return (await self._call(camera, "values", wanted, FeatureValues)).features

    async def set(
        self,
        camera: str,
        feature: str,
        value: FeatureValue,
        *,
        selectors: Selectors | None = None,
        stop: bool = False,
        clamp: bool = False,
    ) -> FeatureChange:
        """Set a feature; wants the camera's lease (:meth:`lease`).

        ``stop``: the camera may be stopped for a moment, if the feature is locked while it
        streams. ``clamp``: a number out of range becomes the nearest possible one.
        """
        wish = SetFeature(feature, value, selectors or {}, stop, clamp)
        return await self._call(camera, "set", wish, FeatureChange)

    async def execute(self, camera: str, command: str) -> FeatureChange:
        """Execute a command feature; wants the camera's lease."""
        return await self._call(camera, "execute", ExecuteCommand(command), FeatureChange)

    async def measure(
        self, camera: str, region: tuple[int, int, int, int] | None = None, *, bins: int = 256
    ) -> Measurement:
        """Measure the newest frame's raw bits within a region."""
        wish = Measure(None if region is None else Region(*region), bins)
        return await self._call(camera, "measure", wish, Measurement)

    @contextlib.asynccontextmanager
    async def lease(self, camera: str) -> AsyncIterator[CameraLease]:
        """Hold the right to change a camera; raises CallError with who holds it."""
        held = await self._call(camera, "lease", ChangeLease("take"), CameraLease)
        try:
            yield held
        finally:
            with contextlib.suppress(CallError):  # it has ended, or the connection has
                await self.call(camera, "lease", ChangeLease("give"))

    async def still(
        self,
        camera: str,
        format: StillFormat = "jpeg",  # noqa: A002  its name in the operation and in the URL
        *,
        region: tuple[int, int, int, int] | None = None,
        scale: float | None = None,
        raw: bool = True,
    ) -> Still:
        """Return one picture in the camera's full resolution, over HTTP.

        ``format``: "jpeg", "png", or "tiff" with all bits (``raw``: as the sensor gives them,
        otherwise RGB). ``scale``: up to 1. Raises ServerError with the server's reason.
        """
        url = still_url(self._address, camera, format, region=region, scale=scale, raw=raw)
        return await asyncio.to_thread(fetch_still, self._address, url, self._tls)

    async def _call(self, camera: str, do: str, arguments: Arguments, cls: type[R]) -> R:
        result = await self.call(camera, do, arguments)
        assert isinstance(result, cls)
        return result

    async def _acknowledge(self) -> None:
        text = self._session.acknowledge()
        if text is not None:
            await self._send([text])

    async def _send(self, texts: Sequence[bytes]) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(ConnectionClosed):  # the reader notices, too
            for text in texts:
                await self._socket.send(text, text=True)

    async def _run(self) -> None:
        """Connect and receive, again and again."""
        while True:
            begin = self._clock()
            error = await self._attempt()
            if self._session.hello is not None and self._clock() - begin >= GOOD_AFTER_S:
                self._backoff.reset()
            first = self._session.hello is None and not self._session.cameras
            self._session.connection_lost(error.problem)
            if not self._reconnect or error.patient or (first and self._session.status is None):
                await self._end(error)
                return
            pause_s = self._backoff.next()
            _log.warning("%s; next try in %.1f s", error, pause_s)
            await asyncio.sleep(pause_s)

    async def _attempt(self) -> ServerError:
        """Connect and receive until the connection is over; return why it is."""
        headers = {}
        if self._address.token:
            headers["Authorization"] = f"Bearer {self._address.token}"
        try:
            async with open_web_socket(
                self._address.url,
                additional_headers=headers,
                ssl=self._tls,
                compression=None,  # JPEG does not compress
                proxy=None,  # cameras are in the same building
                max_size=MAX_BUNDLE_SIZE,
                max_queue=2,  # read at once: a bundle that waits here is not the newest
                open_timeout=CONNECT_TIMEOUT_S,
                ping_interval=PING_S,
                ping_timeout=2 * PING_S,
                close_timeout=1.0,
            ) as socket:
                self._socket = socket
                async for message in socket:
                    await self._received(message)
                return explained(None, self._address, socket.close_reason)
        except WireError as error:
            problem = f"it sent what is not camstrm's format ({error})"
            return ServerError(self._address.label, problem, patient=error.what == "hello.protocol")
        except (OSError, WebSocketException, asyncio.TimeoutError) as error:
            return explained(error, self._address)
        finally:
            self._socket = None

    async def _received(self, message: str | bytes) -> None:
        if isinstance(message, str):
            await self._send(self._session.text_received(message))
        else:
            self._session.bundle_received(message)
            if self._eager:
                await self._send(self._session.acknowledge_received())
        async with self._changed:
            self._changed.notify_all()

    async def _end(self, error: ServerError) -> None:
        self._error = self._error or error
        self._session.connection_lost(error.problem)
        async with self._changed:
            self._changed.notify_all()


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
    """Return a client of the server at ``url``, to be entered or iterated over.

    ``url``: ``ws://server:8765``, or the address with the token that the server prints.
    ``cameras``: names of those whose whole pictures are wanted (None: of all). ``max_fps``:
    bundles a second at most. ``views``: parts of pictures, or smaller ones. ``reduce``: smaller
    pictures while less than a bundle a second can be taken, for a slow link. ``tls``: for
    ``wss://`` with a certificate of one's own. Without ``reconnect`` the end of the connection
    is an error. Raises UsageError for an address that is none, and for ``tls`` without ``wss://``.
    """
    address = parse_address(url, token)
    if tls is None and address.encrypted:
        tls = ssl.create_default_context()
    elif tls is not None and not address.encrypted:
        raise UsageError(f"{address.label} is not encrypted: certificates are for wss://")
    wishes = _wishes(cameras, max_fps, views, reduce=reduce)
    return Client(address, wishes, tls, reconnect=reconnect)


def _wishes(
    cameras: Iterable[str] | None,
    max_fps: float | None,
    views: Iterable[ViewWish],
    *,
    reduce: bool,
) -> Wishes:
    return Wishes(None if cameras is None else tuple(cameras), max_fps, tuple(views), reduce)
