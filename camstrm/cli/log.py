"""Logging of the commands, on standard error."""

from __future__ import annotations

import logging
import sys

from camstrm.log_line import log_to

__all__ = ["set_up_logging"]


def set_up_logging(level: str, *, access_log: bool = False) -> None:
    """Log lines of ``level`` and above, with time, as one line each.

    ``access_log``: also a line for each HTTP request of the bridge, whatever the level.
    """
    log_to(sys.stderr, level.upper(), "%(asctime)s %(levelname)-7s %(message)s")
    if access_log:
        logging.getLogger("camstrm.bridge.access").setLevel(logging.DEBUG)
    # aiohttp's access log would put every picture request here.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
