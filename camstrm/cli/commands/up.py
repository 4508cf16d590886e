"""``camstrm up``: bridge and grabber with one configuration, supervised."""

from __future__ import annotations

from camstrm.cli.children import ChildCommands
from camstrm.cli.log import complain, set_up_logging
from camstrm.cli.options import ListenOptions, UpOptions
from camstrm.cli.settings import bridge_config
from camstrm.cli.signals import reload_on_hangup, stop_on_signals
from camstrm.errors import CamstrmError

__all__ = ["run", "run_both"]


def run(options: UpOptions) -> int:
    """Run both until stopped."""
    # Read here too: a mistake in the file is reported once, before anything starts.
    set_up_logging(options.log_level or "info", options.log_format or "text")
    log = bridge_config(options).log
    set_up_logging(log.level, log.format)
    children = ChildCommands(lambda: _is_right(options))
    with stop_on_signals(children.stop), reload_on_hangup(children.reload, children.stop):
        return run_both(options, options.config or "", children)


def _is_right(options: UpOptions) -> bool:
    """Return whether both may read the file again; a mistake is reported once, here."""
    try:
        log = bridge_config(options).log
    except CamstrmError as error:
        complain(f"not reloaded, nothing has changed: {error}")
        return False
    set_up_logging(log.level, log.format)
    return True


def run_both(options: ListenOptions, config: str, children: ChildCommands) -> int:
    """Start the bridge, then the grabber, and keep both running; return the exit code.

    Whoever calls it lets signals stop ``children``.
    """
    common = ["--config", config]
    if options.log_level is not None:
        common += ["--log-level", options.log_level]
    if options.log_format is not None:
        common += ["--log-format", options.log_format]
    bridge = ["bridge", *common]
    if options.host is not None:
        bridge += ["--host", options.host]
    if options.port is not None:
        bridge += ["--port", str(options.port)]
    if options.no_auth:
        bridge += ["--no-auth"]
    if options.access_log:
        bridge += ["--access-log"]
    children.add("bridge", bridge)
    children.add("grabber", ["grab", *common])
    return children.run()
