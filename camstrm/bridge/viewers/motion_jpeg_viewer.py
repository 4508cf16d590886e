"""MotionJpegViewer: one client that shows a camera's pictures as multipart/x-mixed-replace."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import HttpVersion11, web

from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.jpeg_orientation import oriented
from camstrm.bridge.viewers.outbox import TextKind
from camstrm.bridge.viewers.sender import DISCARD, ViewerSender
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import CameraFrame, CameraInfo
from camstrm.wire.bundle import Buffer

__all__ = ["STREAM_TYPE", "MotionJpegViewer", "time_headers"]

BOUNDARY = "camstrm"

STREAM_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"


class MotionJpegViewer(ViewerSender):
    """Sends the newest picture of one camera whenever the client has taken the one before."""

    kind = "mjpeg"

    def __init__(
        self, hub: BundleHub, camera: CameraInfo, address: str, send_timeout_s: float
    ) -> None:
        super().__init__(hub.make_outbox(), address, send_timeout_s)
        self._hub = hub
        self._camera = camera
        """The camera as the newest hello knows it: its index may change, its name does not."""
        self._chunked = False
        """Whether the response goes in chunks (HTTP/1.1)."""
        self._lead = f"--{BOUNDARY}\r\n".encode()
        """What comes before the first part."""

    async def run(self, request: web.Request) -> web.StreamResponse:
        """Serve the client until it is gone; return the finished response."""
        response = web.StreamResponse(headers={"Content-Type": STREAM_TYPE})
        response.force_close()
        self._chunked = request.version >= HttpVersion11
        if self._chunked:
            response.enable_chunked_encoding()
        return await self.serve(request, response)

    def put_text(self, kind: TextKind, text: bytes) -> None:
        """Follow the camera to another index; the texts themselves are not for this client."""
        super().put_text(kind, text)
        camera = self._hub.camera_named(self._camera.name, self.sight)
        if camera is not None and camera != self._camera:
            before, self._camera = self._camera, camera
            if camera.index != before.index:
                self._hub.subscribe(self, frozenset({camera.index}), self.outbox.max_fps)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  one size fits all
        return DISCARD

    def buffer_updated(self, nbytes: int) -> None:
        """Ignore what the client sends: the stream has no end, so it gets no other answer."""

    def _encode(self, item: bytes | SharedBundle) -> Sequence[Buffer]:
        if isinstance(item, bytes):
            return ()
        for picture in item.bundle.frames:
            if picture.camera_index == self._camera.index and len(picture.payload):
                return self._part(picture)
        return ()

    def _part(self, picture: CameraFrame) -> Sequence[Buffer]:
        """Return a part and the boundary after it: browsers show a part when the next begins."""
        begin, rest = oriented(picture.payload, self._camera)
        length = len(begin) + len(rest)
        lines = ["Content-Type: image/jpeg", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in time_headers(picture).items()]
        head = self._lead + ("\r\n".join(lines) + "\r\n\r\n").encode()
        tail = f"\r\n--{BOUNDARY}\r\n".encode()
        self._lead = b""
        size = len(head) + length + len(tail)
        self.outbox.sent_bytes += size
        if self._chunked:
            head, tail = b"%x\r\n%b" % (size, head), tail + b"\r\n"
        return head + begin, rest, tail


def time_headers(picture: CameraFrame) -> dict[str, str]:
    """Return the headers that say when a picture was taken."""
    return {"X-Capture-Time-Us": str(picture.capture_time_us)}
