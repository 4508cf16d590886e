"""Which token a request was sent with: as a header, a cookie or (for tools) in the URL."""

from __future__ import annotations

import html

from aiohttp import web

from camstrm.bridge.control.role import ANYBODY, Grant
from camstrm.bridge.control.secret import cookie_of
from camstrm.bridge.control.token_book import TokenBook
from camstrm.bridge.http.origin import split_authority
from camstrm.bridge.page.files import PAGE_FOLDER
from camstrm.viewing.texts import LANGUAGES, Texts

__all__ = ["TokenCheck", "cookie_name", "unauthorized"]

COOKIE_MAX_AGE_S = 30 * 24 * 3600
"""A browser that comes back within 30 days needs no token in the URL."""

_PAGE = (PAGE_FOLDER / "log_in.html").read_text(encoding="utf-8")

_PROBLEMS = {
    "needed": "A token is needed",
    "wrong": "The token is wrong",
    "over": "The token that this browser has kept is no longer valid",
    "not_here": "A token in the URL does not count for this path",
}
"""By what is wrong; all but the last are also texts of the page: "login.over" and so on."""

_TEXT = """{problem}:
open the URL that "camstrm url" prints on the server, or send "Authorization: Bearer TOKEN".
"""


class TokenCheck:
    """Finds the token that a request was sent with.

    ``open_to_all``: whoever has none may watch. There is no other exemption: not for this
    machine, not for a proxy.
    """

    def __init__(self, tokens: TokenBook, *, open_to_all: bool) -> None:
        self._tokens = tokens
        self._open_to_all = open_to_all

    def grant(self, request: web.Request, *, query: bool) -> Grant | None:
        """Return what the request's token is good for; ``query``: one in the URL counts too.

        None if there is no right one. With several, what was sent on purpose goes before the
        cookie, which the browser sends by itself.
        """
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        found = None
        if scheme.lower() == "bearer":
            found = self._tokens.find(value.strip())
        if found is None and query:
            found = self._of_url(request)
        if found is None:
            found = self._tokens.find_cookie(request.cookies.get(cookie_name(request), ""))
        return ANYBODY if found is None and self._open_to_all else found

    def in_url(self, request: web.Request) -> bool:
        """Return whether a right token stands in the request's URL."""
        return self._of_url(request) is not None

    def log_in(self, request: web.Request) -> web.HTTPException:
        """Return the redirect to the same page without the token, with the cookie set.

        The cookie is bound to the port by its name: cookies know no ports.
        """
        where = request.rel_url.without_query_params("token")
        # Only ever to a path on this server, whatever stood in the URL.
        target = f"/?{where.query_string}" if where.query_string else "/"
        redirect = web.HTTPSeeOther(target)
        if self.in_url(request):
            redirect.set_cookie(
                cookie_name(request),
                cookie_of(request.query["token"]),
                max_age=COOKIE_MAX_AGE_S,
                path="/",
                httponly=True,
                samesite="Strict",
                secure=request.secure,
            )
        return redirect

    def _of_url(self, request: web.Request) -> Grant | None:
        return self._tokens.find(request.query.get("token", ""))


def cookie_name(request: web.Request) -> str:
    """Return the cookie's name for the port that the browser sees."""
    port = split_authority(request.headers.get("Host", ""))[1]
    return f"camstrm_{port or (443 if request.secure else 80)}"


def unauthorized(request: web.Request, *, in_url: bool) -> web.HTTPException:
    """Return a 401 that a human understands; a page for a browser, else text.

    ``in_url``: whether a token in the URL would have counted here. Where a token was given, the
    header says "invalid_token" as well (RFC 6750, 3.1).
    """
    why = _why(request, in_url=in_url)
    challenge = 'Bearer realm="camstrm"'
    if why != "needed":
        challenge += ', error="invalid_token"'
    headers = {"WWW-Authenticate": challenge}
    if "text/html" in request.headers.get("Accept", "") and why != "not_here":
        page = _log_in_page(request, why)
        return web.HTTPUnauthorized(text=page, content_type="text/html", headers=headers)
    return web.HTTPUnauthorized(text=_TEXT.format(problem=_PROBLEMS[why]), headers=headers)


def _why(request: web.Request, *, in_url: bool) -> str:
    """Return what is wrong with the token that was given, a key of _PROBLEMS."""
    if "Authorization" in request.headers:
        return "wrong"
    if "token" in request.query:
        return "wrong" if in_url else "not_here"
    return "over" if cookie_name(request) in request.cookies else "needed"


def _log_in_page(request: web.Request, why: str) -> str:
    """Return the page that asks for a token, in the browser's language."""
    texts = Texts(_language(request.headers.get("Accept-Language", "")))
    url = f"{request.scheme}://{request.headers.get('Host', '')}/"
    said = {
        "title": texts.say(f"login.{why}_title"),
        "heading": texts.say(f"login.{why}"),
        **{name: texts.say(f"login.{name}") for name in ("label", "open", "where", "help")},
    }
    return _PAGE.format(
        language=texts.language,
        url=html.escape(url),
        **{name: html.escape(text) for name, text in said.items()},
    )


def _language(accepted: str) -> str:
    """Return the first language of an Accept-Language header that there are texts in."""
    spoken = (part.split(";")[0].strip()[:2].lower() for part in accepted.split(","))
    return next((name for name in spoken if name in LANGUAGES), LANGUAGES[0])
