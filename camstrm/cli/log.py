"""Logging of the commands, on standard error."""

from __future__ import annotations

import logging
import sys

__all__ = ["set_up_logging"]


def set_up_logging(level: str) -> None:
    """Log lines of ``level`` and above, with time, as one line each."""
    logging.basicConfig(
        level=level.upper(),
        format="%(asctime)s %(levelname)-7s %(message)s",
        stream=sys.stderr,
    )
    # aiohttp's access log would put every picture request here.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
