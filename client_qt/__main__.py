"""``python -m client_qt URL``: the viewer without the rest of camstrm."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from camstrm.client.address import TOKEN_VARIABLE, find_token
from camstrm.errors import CamstrmError
from client_qt.app import quit_viewer, run_viewer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the viewer; return 0, or 2 with a message when it cannot start."""
    parser = argparse.ArgumentParser(
        # A frozen program has a name of its own.
        prog=Path(sys.argv[0]).stem if getattr(sys, "frozen", False) else "python -m client_qt",
        description="Watch the cameras of a camstrm server.",
    )
    parser.add_argument("url", help="ws://server:8765, or the address that the server prints")
    parser.add_argument("--token", help=f"the server's token (also: {TOKEN_VARIABLE})")
    parser.add_argument("--token-file", metavar="FILE", help="read the token from this file")
    parser.add_argument(
        "--insecure", action="store_true", help="accept any certificate of a wss:// server"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log more")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: quit_viewer())
    try:
        token = find_token(options.token, options.token_file, os.environ)
        return run_viewer(options.url, token=token, insecure=options.insecure)
    except CamstrmError as error:
        sys.stderr.write(f"camstrm view: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
