"""Who may look: the token, as a header, a cookie or (for tools) in the URL."""

from __future__ import annotations

import hashlib
import hmac
import html

from aiohttp import web

from camstrm.bridge.http.origin import split_authority
from camstrm.bridge.page.files import PAGE_FOLDER

__all__ = ["TokenCheck", "unauthorized"]

COOKIE_MAX_AGE_S = 30 * 24 * 3600

_PAGE = (PAGE_FOLDER / "log_in.html").read_text(encoding="utf-8")

_TEXT = """{problem}: open the URL that camstrm printed when it started, or send
"Authorization: Bearer TOKEN". Run "camstrm bridge --help" on the server to see where the
token is stored.
"""


class TokenCheck:
    """Compares the credentials of requests with the token; ``None`` lets everybody in.

    There is no exemption: not for this machine, not for a proxy.
    """

    def __init__(self, token: str | None) -> None:
        self._token = None if token is None else token.encode()
        # A cookie is no use as a token elsewhere: not in a URL, not as a header.
        self._cookie = (
            ""
            if token is None
            else hmac.new(token.encode(), b"camstrm cookie", hashlib.sha256).hexdigest()
        )

    def passes(self, request: web.Request, *, query: bool) -> bool:
        """Tell whether the request holds a right credential; ``query``: the URL counts too."""
        if self._token is None:
            return True
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and _same(value.strip(), self._token):
            return True
        if _same(request.cookies.get(cookie_name(request), ""), self._cookie.encode()):
            return True
        return query and self.in_url(request)

    def in_url(self, request: web.Request) -> bool:
        """Tell whether the right token stands in the request's URL."""
        return self._token is not None and _same(request.query.get("token", ""), self._token)

    def log_in(self, request: web.Request) -> web.HTTPException:
        """Return the redirect to the same page without the token, with the cookie set.

        The cookie is bound to the port by its name: cookies know no ports.
        """
        where = request.rel_url.without_query_params("token")
        # Only ever to a path on this server, whatever stood in the URL.
        target = f"/?{where.query_string}" if where.query_string else "/"
        redirect = web.HTTPSeeOther(target)
        if self._token is not None:
            redirect.set_cookie(
                cookie_name(request),
                self._cookie,
                max_age=COOKIE_MAX_AGE_S,
                path="/",
                httponly=True,
                samesite="Strict",
                secure=request.secure,
            )
        return redirect


def cookie_name(request: web.Request) -> str:
    """Return the cookie's name for the port that the browser sees."""
    port = split_authority(request.headers.get("Host", ""))[1]
    return f"camstrm_{port or (443 if request.secure else 80)}"


def unauthorized(request: web.Request) -> web.HTTPException:
    """Return a 401 that a human understands; a page for a browser, else text."""
    headers = {"WWW-Authenticate": 'Bearer realm="camstrm"'}
    given = "Authorization" in request.headers or "token" in request.query
    if "text/html" in request.headers.get("Accept", ""):
        url = f"{request.scheme}://{request.headers.get('Host', '')}/"
        page = _PAGE.format(
            title="wrong token" if given else "token needed",
            heading="This is not the right token" if given else "This page needs a token",
            url=html.escape(url),
        )
        return web.HTTPUnauthorized(text=page, content_type="text/html", headers=headers)
    problem = "The token is wrong" if given else "A token is needed"
    return web.HTTPUnauthorized(text=_TEXT.format(problem=problem), headers=headers)


def _same(given: str, wanted: bytes) -> bool:
    """Compare in constant time, as bytes: with non-ASCII text compare_digest raises."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted)
