"""``camstrm demo``: three simulated cameras, the whole way."""

from __future__ import annotations

import importlib.util
import json
import tempfile
from pathlib import Path

from camstrm.cli.children import ChildCommands
from camstrm.cli.commands.up import run_both
from camstrm.cli.install import install_command
from camstrm.cli.options import ListenOptions
from camstrm.cli.signals import reload_on_hangup, stop_on_signals
from camstrm.errors import UsageError

__all__ = ["demo_config", "run", "simulator_cti"]

_CAMERAS = (("0", "red"), ("1", "green"), ("2", "blue"))
"""Serial numbers of the simulator's three devices, and the colour in their device IDs."""

_CAMERA = """
[[camera]]
serial = {serial}
name = {name}
[camera.features]
Width = 800
Height = 800
PixelFormat = "RGBa8"
BouncingBallSize = 40
AcquisitionFrameRate = 60.0
"""


def run(options: ListenOptions) -> int:
    """Show simulated cameras until stopped."""
    if options.host is None:
        # Whoever tries camstrm out need not show it to the whole network.
        options.host = "127.0.0.1"
    children = ChildCommands()
    # Before there is a folder: a signal ends the process by its end, which removes it.
    with (
        stop_on_signals(children.stop),
        reload_on_hangup(children.reload, children.stop),
        tempfile.TemporaryDirectory(prefix="camstrm-demo-") as folder,
    ):
        config = Path(folder) / "demo.toml"
        config.write_text(demo_config(simulator_cti(), str(Path(folder) / "camstrm.sock")))
        return run_both(options, str(config), children)


def simulator_cti() -> str:
    """Return the path of the producer in the genicam package; UsageError if it is not there."""
    package = importlib.util.find_spec("genicam")
    if package is None or package.origin is None:
        raise UsageError(
            f"the demo needs the package genicam. Install it with: {install_command('grab,bridge')}"
        )
    cti = Path(package.origin).with_name("viky.cti")
    if not cti.is_file():
        raise UsageError(f"the package genicam has no simulator on this platform ({cti})")
    return str(cti)


def demo_config(cti: str, socket: str) -> str:
    """Return a configuration with the simulator's three cameras, as TOML."""
    # A JSON string is a TOML basic string.
    cameras = "".join(
        _CAMERA.format(serial=json.dumps(serial), name=json.dumps(name))
        for serial, name in _CAMERAS
    )
    producer = f"[[producer]]\ncti = {json.dumps(cti)}\n"
    return f"[socket]\npath = {json.dumps(socket)}\n\n{producer}{cameras}"
