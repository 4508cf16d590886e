"""The access log. Neither query nor Referer: both can hold the token."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import HttpProcessingError

__all__ = ["AccessLogger", "without_request_text"]


class AccessLogger(AbstractAccessLogger):
    """One line for each request: address, method, path as it came, status, bytes, seconds."""

    @property
    def enabled(self) -> bool:
        """Tell whether anybody reads the log."""
        return self.logger.isEnabledFor(logging.INFO)

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Write the line."""
        self.logger.info(
            "%s %s %s %d %d %.3f",
            request.remote,
            request.method,
            request.rel_url.raw_path,
            response.status,
            response.body_length,
            time,
        )


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
