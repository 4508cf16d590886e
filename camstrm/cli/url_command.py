"""How the URLs with their tokens are printed later, in words for the log of a service."""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

__all__ = ["BridgePlace", "url_command", "where_tokens_are"]

_VARIABLES = (
    "CAMSTRM_PUBLIC_URL",
    "CAMSTRM_STATE_FOLDER",
    "CAMSTRM_TOKEN_FILE",
    "CREDENTIALS_DIRECTORY",
    "XDG_STATE_HOME",
)
"""Of the environment: where tokens are, and under which address."""


class BridgePlace(Protocol):
    """The options of a bridge that 'camstrm url' must be given, too."""

    config: str | None
    host: str | None
    port: int | None


def url_command(place: BridgePlace, environ: Mapping[str, str]) -> str:
    """Return the command line that prints the URLs of a bridge with these options."""
    words = [f"{name}={environ[name]}" for name in _VARIABLES if environ.get(name)]
    if words:
        words.insert(0, "env")
    program = Path(sys.executable).with_name("camstrm")
    words += [str(program) if program.exists() else "camstrm", "url"]
    for option, value in (
        ("--config", place.config and str(Path(place.config).absolute())),
        ("--host", place.host),
        ("--port", place.port),
    ):
        if value:
            words += [option, str(value)]
    return shlex.join(words)


def where_tokens_are(command: str) -> str:
    """Return what a bridge says that prints to no terminal."""
    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        user = str(os.geteuid())
    return (
        "  This is no terminal, so the tokens are left out: many may read a log.\n"
        f"  As user {user} this prints the whole addresses:\n\n      {command}\n"
    )
