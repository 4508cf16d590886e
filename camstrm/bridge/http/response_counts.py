"""ResponseCounts: how requests were answered, by route and status."""

from __future__ import annotations

from collections import Counter

from aiohttp import web

from camstrm.bridge.http.auth import cookie_name

__all__ = ["ResponseCounts"]

_OTHER = "other"
"""Route of what there is no route for: whoever asks for made-up paths makes no new metric."""


class ResponseCounts:
    """Counts answers when their head is made. Belongs to the bridge's event loop."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str]] = Counter()
        """By the route's pattern and the status."""
        self.auth_failures: Counter[str] = Counter(missing=0, wrong=0)
        """Requests that were answered with 401: without a token, or with a wrong one."""

    async def count(self, request: web.Request, response: web.StreamResponse) -> None:
        """Take an answer (a handler of ``on_response_prepare``)."""
        resource = request.match_info.route.resource
        route = _OTHER if resource is None else resource.canonical
        self.answers[route, str(response.status)] += 1
        if response.status == web.HTTPUnauthorized.status_code:
            given = (
                "Authorization" in request.headers
                or "token" in request.query
                or cookie_name(request) in request.cookies
            )
            self.auth_failures["wrong" if given else "missing"] += 1
