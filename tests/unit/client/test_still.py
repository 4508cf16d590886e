"""Stills over HTTP, from a server that answers as told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
import simplejpeg

from camstrm.client.address import parse_address
from camstrm.client.still import fetch_still, still_url
from camstrm.errors import CamstrmError, ServerError, WireError

JPEG = simplejpeg.encode_jpeg(np.full((8, 16, 3), 90, np.uint8))


class Answer(BaseHTTPRequestHandler):
    """The path says what is answered."""

    def do_GET(self) -> None:
        status = 503 if self.path == "/none" else 200
        body = b"no frame yet" if status == 503 else JPEG
        self.send_response(status)
        self.send_header("Content-Type", "image/png" if self.path == "/png" else "image/jpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, name="stills")
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_still_is_decoded_if_it_can_be(url: str) -> None:
    address = parse_address(url)
    assert fetch_still(address, f"{url}/jpeg", None).image().shape == (8, 16, 3)
    with pytest.raises(CamstrmError, match="image/png is not decoded here"):
        fetch_still(address, f"{url}/png", None).image()


def test_what_is_no_still_is_an_error(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = parse_address(url)
    with pytest.raises(ServerError, match="HTTP 503: no frame yet"):
        fetch_still(address, f"{url}/none", None)
    monkeypatch.setattr("camstrm.client.still.MAX_SIZE", len(JPEG) - 1)
    with pytest.raises(ServerError, match="a still of more than 0 MiB"):
        fetch_still(address, f"{url}/jpeg", None)


def test_a_damaged_jpeg(url: str) -> None:
    still = fetch_still(parse_address(url), f"{url}/jpeg", None)
    damaged = type(still)(still.data[:50], still.media_type, still.headers)
    with pytest.raises(WireError, match="damaged JPEG"):
        damaged.image()


def test_addresses() -> None:
    address = parse_address("wss://server:8765")
    assert (
        still_url(address, "line 3, 50%", "tiff", region=(8, 0, 64, 48), scale=None, raw=False)
        == "https://server:8765/cam/line%203%2C%2050%25.tiff?x=8&y=0&width=64&height=48&raw=0"
    )
    whole = still_url(address, "left", "jpeg", region=None, scale=None, raw=True)
    assert whole.endswith("/cam/left.jpg?scale=1")
