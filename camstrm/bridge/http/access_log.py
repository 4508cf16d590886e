"""The access log. Neither query nor Referer: both can hold the token."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import HttpProcessingError

__all__ = ["AccessLogger", "without_request_text"]


_FIRST_ERROR = 400
"""Of HTTP's status codes (RFC 9110, section 15)."""


class AccessLogger(AbstractAccessLogger):
    """One line for each request: address, method, path as it came, status, bytes, seconds.

    Only requests that failed are of level INFO: a page load is 20 requests, and a panel that
    asks for pictures makes a million a day.
    """

    @property
    def enabled(self) -> bool:
        """Return whether anybody reads the log."""
        return self.logger.isEnabledFor(logging.INFO)

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Write the line; as JSON its parts are fields, too."""
        parts = {
            "address": request.remote,
            "method": request.method,
            "path": request.rel_url.raw_path,
            "status": response.status,
            "bytes": response.body_length,
            "seconds": round(time, 3),
        }
        level = logging.INFO if response.status >= _FIRST_ERROR else logging.DEBUG
        self.logger.log(level, "%s %s %s %d %d %.3f", *parts.values(), extra=parts)


def without_request_text(record: logging.LogRecord) -> bool:
    """Filter aiohttp's log: a request that is no HTTP becomes one line without its text.

    aiohttp logs the line that it could not parse, which may hold the token.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.msg = f"{record.getMessage()}: {type(error).__name__}"
        record.args = ()
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True
