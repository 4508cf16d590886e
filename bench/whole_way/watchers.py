"""Viewers of a bridge in a process of their own: they acknowledge, count, and measure ages.

``python -m bench.whole_way.watchers PORT TOKEN_FILE COUNT CAMERAS [DECODE_EVERY]`` prints a
line when each of COUNT viewers has a picture of each of CAMERAS cameras, and then for each
line of its input what it saw since the last one, as JSON (WatcherReport). It ends with its
input. The cameras must be simulated ones, whose clock is the host's monotonic one. With
DECODE_EVERY the first viewer decodes the pictures of every so many of its bundles and reads
the stamp in them.
"""

from __future__ import annotations

import os
import selectors
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import simplejpeg

from bench.whole_way.watched_socket import ConnectionEndedError, WatchedSocket
from camstrm.wire import FrameBundle, FrameFlag, decode_bundle
from tests.simulator.stamp import StampError, read_stamp

__all__ = ["WatcherReport", "main"]

_READY_S = 90.0
_BINARY = 2
_BEGIN, _END = b"\xff\xd8", b"\xff\xd9"
_IDLE_S = 120.0
"""Without a question for so long the process ends: whoever started it is gone."""


class WatcherReport(msgspec.Struct):
    """What all viewers of the process saw together since the last report.

    ``seconds``: since then. ``bundles``: of each viewer. ``pictures``: in all of them
    together. ``skipped``: sequence numbers that a viewer never got; ``misordered``:
    bundles or pictures older than one before them.
    ``ages_us``: from the oldest buffer's time stamp to the last byte of each bundle.
    ``glass_us``: from the stamp in the pixels to the decoded picture, the oldest of each
    decoded bundle; ``wrong``: decoded pictures with no stamp or another frame's. ``torn``:
    pictures that do not begin and end as a JPEG does.
    ``closed``: why connections ended.
    """

    seconds: float = 0.0
    bundles: list[int] = []
    pictures: int = 0
    skipped: int = 0
    misordered: int = 0
    received_bytes: int = 0
    ages_us: list[int] = []
    glass_us: list[int] = []
    wrong: int = 0
    torn: int = 0
    closed: list[str] = []


@dataclass(eq=False)
class _Viewer:
    socket: WatchedSocket
    bundles: int = 0
    all_bundles: int = 0
    last_seq: int = 0
    last_frames: dict[int, int] = field(default_factory=dict)


class _Watchers:
    def __init__(self, port: int, token: str, count: int, cameras: int, decode_every: int) -> None:
        self._cameras = cameras
        self._decode_every = decode_every
        self._selector = selectors.DefaultSelector()
        self._viewers: list[_Viewer] = []
        self._report = WatcherReport()
        self._begin_s = time.monotonic()
        for _ in range(count):
            viewer = _Viewer(_connected(port, token))
            self._viewers.append(viewer)
            self._selector.register(viewer.socket, selectors.EVENT_READ, viewer)
            # What comes while the others connect is read, or they would count as slow.
            self._poll(0)

    @property
    def ready(self) -> bool:
        return all(len(viewer.last_frames) >= self._cameras for viewer in self._viewers)

    @property
    def closed(self) -> list[str]:
        return self._report.closed

    def serve(self, source: int) -> None:
        """Answer the lines of ``source`` until its end."""
        self._selector.register(source, selectors.EVENT_READ)
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < _IDLE_S:
            if self._poll(1.0):
                lines = os.read(source, 4096)
                if not lines:
                    return
                idle_since = time.monotonic()
                for _ in range(lines.count(b"\n")):
                    print(msgspec.json.encode(self._take_report()).decode(), flush=True)

    def wait(self, seconds: float) -> None:
        """Read what comes."""
        self._poll(seconds)

    def _poll(self, timeout_s: float) -> bool:
        """Read from all viewers that have something; return whether the input has, too."""
        asked = False
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                asked = True
            else:
                self._read(key.data)
        return asked

    def _read(self, viewer: _Viewer) -> None:
        try:
            for opcode, payload in viewer.socket.messages():
                if opcode == _BINARY:
                    now_ns = time.monotonic_ns()
                    bundle = decode_bundle(payload)
                    self._note(viewer, bundle, now_ns)
                    self._look(viewer, bundle)
                    viewer.socket.send_text(f'{{"type":"ack","seq":{bundle.seq}}}')
                    # It refers to the buffer, which the next message needs.
                    del bundle
        except ConnectionEndedError as error:
            self._report.closed.append(str(error))
            self._selector.unregister(viewer.socket)
            viewer.socket.close()

    def _note(self, viewer: _Viewer, bundle: FrameBundle, now_ns: int) -> None:
        report = self._report
        viewer.bundles += 1
        viewer.all_bundles += 1
        if viewer.last_seq:
            report.skipped += max(0, bundle.seq - viewer.last_seq - 1)
            report.misordered += bundle.seq <= viewer.last_seq
        viewer.last_seq = bundle.seq
        oldest_ns = now_ns
        for frame in bundle.frames:
            if len(frame.payload):
                report.pictures += 1
                report.torn += frame.payload[:2] != _BEGIN or frame.payload[-2:] != _END
                last = viewer.last_frames.get(frame.camera_index, 0)
                # The same picture may come again: another viewer asked for all of them.
                report.misordered += frame.frame_id < last
                viewer.last_frames[frame.camera_index] = frame.frame_id
                if frame.flags & FrameFlag.DEVICE_TIMESTAMP and frame.frame_id != last:
                    oldest_ns = min(oldest_ns, frame.device_timestamp_ns)
        if oldest_ns < now_ns:
            report.ages_us.append((now_ns - oldest_ns) // 1000)

    def _look(self, viewer: _Viewer, bundle: FrameBundle) -> None:
        if not self._decode_every or viewer is not self._viewers[0]:
            return
        if viewer.all_bundles % self._decode_every:
            return
        stamps = []
        pictures = [frame for frame in bundle.frames if len(frame.payload)]
        images = [simplejpeg.decode_jpeg(p.payload, colorspace="GRAY") for p in pictures]
        now_us = time.time_ns() // 1000
        for picture, image in zip(pictures, images, strict=True):
            try:
                stamp = read_stamp(image[:, :, 0], picture.source_width)
            except StampError:
                self._report.wrong += 1
                continue
            self._report.wrong += stamp.frame != picture.frame_id
            stamps.append(stamp.time_us)
        if stamps:
            self._report.glass_us.append(now_us - min(stamps))

    def _take_report(self) -> WatcherReport:
        report, self._report = self._report, WatcherReport()
        now = time.monotonic()
        report.seconds, self._begin_s = now - self._begin_s, now
        for viewer in self._viewers:
            report.bundles.append(viewer.bundles)
            report.received_bytes += viewer.socket.received_bytes
            viewer.bundles = viewer.socket.received_bytes = 0
        return report


def _connected(port: int, token: str) -> WatchedSocket:
    deadline = time.monotonic() + _READY_S
    while True:
        try:
            return WatchedSocket(port, token)
        except ConnectionRefusedError:
            # Nothing says when a process of another program listens.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def main(arguments: list[str]) -> int:
    """Watch; return 1 when not every viewer got its pictures."""
    port, token_file, count, cameras, *rest = arguments
    token = Path(token_file).read_text()
    try:
        watchers = _Watchers(int(port), token, int(count), int(cameras), int(*rest or "0"))
    except (OSError, ConnectionEndedError) as error:
        print(f"no connection: {error}", file=sys.stderr)
        return 1
    deadline = time.monotonic() + _READY_S
    while not watchers.ready:
        watchers.wait(0.1)
        if time.monotonic() > deadline or watchers.closed:
            print(f"not every viewer has pictures; closed: {watchers.closed}", file=sys.stderr)
            return 1
    print("ready", flush=True)
    watchers.serve(sys.stdin.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
