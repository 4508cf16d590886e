"""``camstrm grab``: the grabber."""

from __future__ import annotations

import os

from camstrm.cli.options import GrabOptions
from camstrm.cli.service_manager import ServiceManager
from camstrm.cli.signals import end_with_parent
from camstrm.grab.processes.spare_process import SpareProcesses

__all__ = ["run"]


def run(options: GrabOptions) -> int:
    """Grab until stopped."""
    end_with_parent()
    # Before anything is started: its variables are for this process alone.
    service = ServiceManager(os.environ)
    with SpareProcesses() as spares:
        # First of all, because the spare process is what the first picture waits for. Most
        # producers need no other environment than this one.
        spares.start(os.environ)
        from camstrm.cli.commands.grabber import run_grabber

        return run_grabber(options, spares, service)
