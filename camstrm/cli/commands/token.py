"""``camstrm token``: who may connect, and what each may do."""

from __future__ import annotations

import os
import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from camstrm.bridge.control.token_store import (
    TOKENS_FILE,
    NamedToken,
    add_token,
    read_tokens,
    revoke_token,
)
from camstrm.bridge.events.event_log import same_name
from camstrm.bridge.http.token_file import state_folder
from camstrm.cli.options import TokenOptions
from camstrm.cli.table import format_table
from camstrm.config import Config, load_config
from camstrm.errors import UsageError

__all__ = ["lifetime_of", "run"]

_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
"""Seconds."""

_LONGEST = timedelta(days=3650)
"""Of a token with an end; one without needs no ``--expires``."""


def run(options: TokenOptions) -> int:
    """Add, list or revoke tokens in the folder of the bridge with this configuration."""
    config = load_config(options.config) if options.config else Config()
    bridge = config.bridge
    folder = state_folder(bridge.control.folder, bridge.token_file, os.environ)
    if options.action == "add":
        _add(options, folder)
    elif options.action == "revoke":
        _revoke(options.name, folder)
    else:
        _list(folder)
    return 0


def lifetime_of(text: str | None) -> timedelta | None:
    """Return how long a token lasts, from "90m", "12h", "30d" or "8w"; None: for ever."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,6})([mhdw])", text)
    lifetime = timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else timedelta()
    if not timedelta() < lifetime <= _LONGEST:
        raise UsageError(
            f"--expires: wanted a time as 90m, 12h, 30d or 8w, of at most {_LONGEST.days} days, "
            f"got {text!r}"
        )
    return lifetime


def _add(options: TokenOptions, folder: Path) -> None:
    lifetime = lifetime_of(options.expires)
    new = not os.path.exists(folder)
    # Names are compared in one form, and a command line may have another.
    cameras = tuple(dict.fromkeys(map(same_name, options.camera)))
    secret, token = add_token(
        folder, options.name, options.role, lifetime=lifetime, cameras=cameras
    )
    # The token alone on standard output: scripts read it.
    of = "" if token.cameras is None else f" for {', '.join(token.cameras)} only"
    _say(f"The token of {token.name}, with role {token.role}{of}, which is shown only now:\n")
    print(secret, flush=True)
    end = "" if token.expires is None else f" It is valid until {_minute(token.expires)}."
    _say(
        "\nIn a browser open the server's URL with /?token= and the token. A running bridge knows "
        f"it within seconds.{end}"
    )
    if new:
        _say(
            f"No bridge has used {folder} yet. Give the bridge's configuration with --config, and "
            "run this as its user, so that it is the bridge's folder."
        )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _revoke(name: str, folder: Path) -> None:
    token = revoke_token(folder, name)
    print(
        f"The token of {token.name} is no longer valid. Whoever uses it is disconnected "
        "within seconds."
    )


def _list(folder: Path) -> None:
    tokens = read_tokens(folder)
    if not tokens:
        print(f"No named tokens in {folder / TOKENS_FILE}.")
        print("Add one with: camstrm token add NAME --role control")
        return
    now = datetime.now(timezone.utc)
    rows = [
        (t.name, t.role, _minute(t.created), _end(t, now), _cameras(t), _note(t)) for t in tokens
    ]
    print(format_table(("NAME", "ROLE", "CREATED", "EXPIRES", "CAMERAS", "NOTE"), rows))


def _cameras(token: NamedToken) -> str:
    return "all" if token.cameras is None else ", ".join(token.cameras)


def _note(token: NamedToken) -> str:
    made_by = f"by {token.made_by}" if token.made_by else ""
    return ": ".join(part for part in (made_by, token.note) if part)


def _end(token: NamedToken, now: datetime) -> str:
    if token.expires is None:
        return "never"
    return _minute(token.expires) + (" (over)" if token.is_over(now) else "")


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
