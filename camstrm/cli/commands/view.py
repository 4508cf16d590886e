"""``camstrm view``: the Qt viewer."""

from __future__ import annotations

import os

from camstrm.cli.options import ViewOptions
from camstrm.cli.signals import stop_on_signals

__all__ = ["run"]


def run(options: ViewOptions) -> int:
    """Show the viewer until its window is closed."""
    from camstrm.client.address import find_token
    from client_qt.app import quit_viewer, run_viewer

    token = find_token(options.token, options.token_file, os.environ)
    with stop_on_signals(quit_viewer):
        return run_viewer(options.url, token=token, insecure=options.insecure)
