"""A QR code of an address of this server: for a phone."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import segno
from aiohttp import web

from camstrm.bridge.http.state import STATE

__all__ = ["qr_code"]

MAX_TEXT = 512
"""Characters; a share link has about 100."""

_SCHEMES = ("http", "https", "camstrm")


async def qr_code(request: web.Request) -> web.Response:
    """Answer ``/qr.svg?text=...``; 400 for what is no address of this server."""
    text = request.query.get("text", "")
    if not text or len(text) > MAX_TEXT:
        raise _wrong(f"text: wanted an address of 1 to {MAX_TEXT} characters, got {len(text)}")
    if not text.isprintable() or any(c.isspace() for c in text):
        raise _wrong("text: an address has no blanks and no control characters")
    try:
        parts = urlsplit(text)
        host = parts.netloc
    except ValueError:
        raise _wrong("text: wanted an address, as http://host:8765/") from None
    if parts.scheme not in _SCHEMES or "@" in host:
        raise _wrong("text: wanted an address that begins with http://, https:// or camstrm://")
    if not request.app[STATE].hosts.host_allowed(host):
        raise _wrong(
            f"text: {host[:64]!a} is not a name of this server. Use its address, or add the name "
            "to bridge.allowed_hosts"
        )
    held = io.BytesIO()
    # Black on white whatever the page's theme is: a phone reads it best.
    segno.make(text, error="m", micro=False).save(
        held, kind="svg", border=4, scale=8, dark="#000", light="#fff", xmldecl=False, svgclass=None
    )
    return web.Response(body=held.getvalue(), content_type="image/svg+xml")


def _wrong(text: str) -> web.HTTPException:
    return web.HTTPBadRequest(text=f"{text}\n")
