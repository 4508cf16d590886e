"""The access log. Neither query nor Referer: both can hold the token."""

from __future__ import annotations

import logging
from typing import ClassVar

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import HttpProcessingError

from camstrm.repeat_log import RepeatLog

__all__ = ["AccessLogger", "access_logger", "without_request_text"]


_FIRST_ERROR = 400
"""Of HTTP's status codes (RFC 9110, section 15)."""

_LINE = "%s %s %s %d %d %.3f"

_FAILURES_PER_S = 10
"""Lines: somebody who asks without a token thousands of times a second fills no disk."""


class AccessLogger(AbstractAccessLogger):
    """One line for each request: address, method, path as it came, status, bytes, seconds.

    Only requests that failed are of level INFO, and not all where there are many: a page load is
    20 requests, and a panel that asks for pictures makes a million a day. Where the level is
    DEBUG (``--access-log``) each has its line. aiohttp makes one of these for each connection.
    """

    failures: ClassVar[RepeatLog]
    """Of all connections, see :func:`access_logger`."""

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
        failed = response.status >= _FIRST_ERROR
        if failed and not self.logger.isEnabledFor(logging.DEBUG):
            self.failures.log(logging.INFO, _LINE, *parts.values(), extra=parts)
        else:
            level = logging.INFO if failed else logging.DEBUG
            self.logger.log(level, _LINE, *parts.values(), extra=parts)


def access_logger(logger: logging.Logger) -> type[AccessLogger]:
    """Return the class for one bridge, which logs requests of all its connections to ``logger``."""

    class OneBridgesLogger(AccessLogger):
        failures = RepeatLog(logger, lines=_FAILURES_PER_S)

    return OneBridgesLogger


def without_request_text(record: logging.LogRecord) -> bool:
    """Filter aiohttp's log: a request that is no HTTP becomes one line without its text.

    aiohttp logs the line that it could not parse, which may hold the token, and where it was when
    a body turned out to be wrong.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError | web.RequestPayloadError):
        record.msg = f"{record.getMessage()}: {type(error).__name__}"
        record.args = ()
        record.exc_info = None
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
        # The access log has a line for its answer, and of a flood not each one.
        return logging.getLogger(record.name).isEnabledFor(logging.DEBUG)
    return True
