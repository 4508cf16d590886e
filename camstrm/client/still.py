"""Stills: one picture of a camera over HTTP."""

from __future__ import annotations

import io
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message as Headers
from typing import Any, Literal
from urllib.parse import quote, urlencode, urlsplit

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from camstrm.client.address import ServerAddress
from camstrm.client.failure import explained, refused_with
from camstrm.errors import CamstrmError, ServerError, WireError

__all__ = ["Still", "StillFormat", "fetch_still", "still_url"]

StillFormat = Literal["jpeg", "png", "tiff"]

MAX_SIZE = 256 * 1024 * 1024
"""Bytes of a still; the server makes none that is larger."""

TIMEOUT_S = 15.0
"""Seconds without a byte."""

_SUFFIXES: dict[str, str] = {"jpeg": "jpg", "png": "png", "tiff": "tiff"}


@dataclass(frozen=True)
class Still:
    """A picture file as the server made it: ``data``, its ``media_type`` and the HTTP headers."""

    data: bytes = field(repr=False)
    media_type: str
    headers: Headers = field(repr=False)

    def image(self) -> NDArray[Any]:
        """Decode it: a JPEG into (height, width, 3) uint8 RGB or (height, width) uint8 grey.

        A TIFF becomes what it holds: (height, width) of uint8 or uint16 for grey and Bayer,
        (height, width, 3) for RGB; it wants the package tifffile. Raises WireError for a file
        that cannot be read, CamstrmError where that needs a package that is not there.
        """
        if self.media_type == "image/jpeg":
            try:
                grey = simplejpeg.decode_jpeg_header(self.data)[2] == "Gray"
                pixels = simplejpeg.decode_jpeg(self.data, "GRAY" if grey else "RGB")
            except (ValueError, RuntimeError) as error:
                raise WireError("still", f"damaged JPEG ({error})") from None
            image: NDArray[Any] = pixels[:, :, 0] if grey else pixels
            return image
        if self.media_type == "image/tiff":
            try:
                import tifffile
            except ImportError:
                text = "TIFF files are read with tifffile: pip install tifffile"
                raise CamstrmError(text) from None
            return np.asarray(tifffile.imread(io.BytesIO(self.data)))
        raise CamstrmError(
            f"{self.media_type} is not decoded here: open the file with OpenCV or PIL"
        )


def still_url(
    address: ServerAddress,
    camera: str,
    format: StillFormat,  # noqa: A002  as in Client.still
    *,
    region: tuple[int, int, int, int] | None,
    scale: float | None,
    raw: bool,
) -> str:
    """Return the address of a still."""
    parts = urlsplit(address.url)
    scheme = "https" if parts.scheme == "wss" else "http"
    query: dict[str, str] = {}
    if region is not None:
        query = {k: str(v) for k, v in zip(("x", "y", "width", "height"), region, strict=True)}
    if format == "tiff":
        query["raw"] = str(int(raw))
    if scale is not None:
        query["scale"] = f"{scale:g}"
    elif format == "jpeg" and region is None:
        query["scale"] = "1"  # without it the address is that of the stream's picture
    path = f"/cam/{quote(camera, safe='')}.{_SUFFIXES[format]}"
    return f"{scheme}://{parts.netloc}{path}" + (f"?{urlencode(query)}" if query else "")


def fetch_still(address: ServerAddress, url: str, tls: ssl.SSLContext | None) -> Still:
    """Get a still; blocks. Raises ServerError."""
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if tls is not None:
        handlers.append(urllib.request.HTTPSHandler(context=tls))
    request = urllib.request.Request(url)  # noqa: S310  http or https, see still_url
    if address.token:
        request.add_header("Authorization", f"Bearer {address.token}")
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT_S) as response:
            data = response.read(MAX_SIZE + 1)
            headers = response.headers
    except urllib.error.HTTPError as error:
        with error:
            raise refused_with(error.code, error.read(1000), address) from None
    except urllib.error.URLError as error:
        cause = error.reason if isinstance(error.reason, Exception) else error
        raise explained(cause, address) from None
    except OSError as error:
        raise explained(error, address) from None
    if len(data) > MAX_SIZE:
        raise ServerError(address.label, f"a still of more than {MAX_SIZE // 2**20} MiB")
    return Still(data, headers.get_content_type(), headers)
