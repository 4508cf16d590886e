"""``camstrm view``: the Qt viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camstrm.cli.signals import stop_on_signals

if TYPE_CHECKING:
    from client_qt.command import ViewOptions

__all__ = ["run"]


def run(options: ViewOptions) -> int:
    """Show the viewer until its window is closed."""
    from client_qt.app import quit_viewer
    from client_qt.command import run_with

    with stop_on_signals(quit_viewer):
        return run_with(options)
