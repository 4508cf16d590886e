"""camera-stream (0.3.8): its real server with its web gateway, fed by its push protocol.

As its README advises: ``camera-stream server --config FILE`` with ``web.enabled`` and
``endpoints.ingest_api``; every other value is its template's, but for ``web.max_clients``.
The cameras are pushed from "another host" (this process), which its own ``StreamPublisher``
does with one DEALER socket and the messages below; that class encodes its pictures itself, so
its messages are made here from the same JPEG bytes that all servers send.

Clients are browsers: they read ``status/snapshot``, subscribe to topics and get one message for
each picture. The CPU time that counts is the gateway process's alone, which is the
counterpart of camstrm's bridge.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import zmq

from bench.broadcast.stamped_jpeg import PICTURE_SIZES
from bench.peers.serving import PictureSource, options, say_ready

START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 10.0
_MAX_CLIENTS = 256

_APART_S = 0.004
"""Pause after each picture of a set, which then is stamped by itself. The server's socket
holds one message for each camera of its own and at least one: of pushed pictures that come
at one moment it drops half."""


class Pusher:
    """Speaks camera-stream's ingest protocol, schema version 1, for all cameras."""

    def __init__(self, endpoint: str) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.DEALER)
        self._socket.linger = 0
        self._socket.immediate = 1
        self._leases: dict[str, str] = {}
        self._socket.connect(endpoint)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close(0)
        self._context.term()

    def push(self, index: int, seq: int, jpeg: bytes) -> None:
        """Push one camera's picture."""
        self._read_replies()
        camera = f"camera{index}"
        width, height = PICTURE_SIZES[index]
        metadata = {"type": "frame", "ingest_schema_version": 1}
        if camera in self._leases:
            metadata["lease_token"] = self._leases[camera]
        header = {
            "schema_version": 1,
            "camera": camera,
            "stream": "color",
            "sequence": seq,
            "captured_monotonic_ns": time.monotonic_ns(),
            "captured_utc_ns": time.time_ns(),
            "timestamp_source": "host",
            "width": width,
            "height": height,
            "pixel_format": "bgr8",
            "codec": "jpeg",
            "payload_size": len(jpeg),
        }
        parts = [json.dumps(metadata).encode(), json.dumps(header).encode(), jpeg]
        with contextlib.suppress(zmq.Again):
            self._socket.send_multipart(parts, zmq.DONTWAIT)

    def _read_replies(self) -> None:
        with contextlib.suppress(zmq.Again):
            while True:
                reply = json.loads(self._socket.recv(zmq.DONTWAIT))
                if reply["code"] != "ACCEPTED":
                    raise RuntimeError(f"camera-stream refuses what it is sent: {reply}")
                self._leases[reply["topic"].partition("/")[0]] = reply["lease_token"]


def main() -> None:
    """Serve until standard input ends."""
    wanted = options(__doc__).parse_args()
    source = PictureSource(wanted.jpegs, wanted.fps)
    ingest, stream = (f"tcp://127.0.0.1:{_free_port()}" for _ in range(2))
    settings = {
        "endpoints": {"stream_pub": stream, "ingest_api": ingest},
        "web": {
            "enabled": True,
            "host": "127.0.0.1",
            "port": wanted.port,
            "max_clients": _MAX_CLIENTS,
        },
    }
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(json.dumps(settings))  # which is YAML, too
        server = subprocess.Popen(
            [sys.executable, "-m", "camera_stream", "server", "--config", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        pusher = Pusher(ingest)
        ready = False
        deadline = time.monotonic() + START_TIMEOUT_S
        try:
            for _ in source.sets():
                for index in range(source.cameras):
                    pusher.push(index, source.seq, source.stamped_now(index))
                    time.sleep(_APART_S)
                if not ready:
                    ready = _topics(wanted.port) == source.cameras
                    if ready:
                        say_ready(_gateway_pid(server.pid))
                    elif server.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError("camera-stream's server does not start")
        finally:
            pusher.close()
            _end(server)


def _topics(port: int) -> int:
    """Return how many topics the gateway offers; 0 while it is not there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=1) as answer:
            return int(json.load(answer)["topics"])
    except OSError:
        return 0


def _gateway_pid(server: int) -> int:
    """Return the child of the server that multiprocessing spawned to run the gateway."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    for pid in map(int, children):
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise RuntimeError("camera-stream's server has no gateway process")


def _end(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(RuntimeError, OSError):
            os.kill(_gateway_pid(server.pid), signal.SIGKILL)
        server.kill()
        server.wait(_STOP_TIMEOUT_S)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


if __name__ == "__main__":
    main()
