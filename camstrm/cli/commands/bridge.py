"""``camstrm bridge``: the server that viewers connect to."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
import sys

from msgspec.structs import replace

from camstrm.bridge.app import BridgeAddresses, run_bridge, viewer_urls
from camstrm.cli.log import set_up_logging
from camstrm.cli.options import BridgeOptions
from camstrm.cli.public_url import PublicUrl
from camstrm.cli.settings import bridge_config, socket_path
from camstrm.cli.signals import end_with_parent
from camstrm.config import Config

__all__ = ["run"]


def run(options: BridgeOptions) -> int:
    """Serve viewers until stopped."""
    end_with_parent()
    set_up_logging(options.log_level, access_log=options.access_log)
    config = bridge_config(options)
    public_url = PublicUrl.from_environment(os.environ)
    if public_url is not None:
        bridge = config.bridge
        hosts = (*bridge.allowed_hosts, public_url.authority)
        config = replace(config, bridge=replace(bridge, allowed_hosts=hosts))
    asyncio.run(_serve(config, socket_path(config), public_url))
    return 0


async def _serve(config: Config, path: str, public_url: PublicUrl | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run_bridge(
        config.bridge,
        path,
        ready=lambda addresses: _announce(addresses, public_url),
        stop=stop,
        allowed_uids=config.socket.allowed_uids,
    )


def _announce(addresses: BridgeAddresses, public_url: PublicUrl | None) -> None:
    """Print the URLs to open, the way Jupyter does; loud if nobody is asked for a token."""
    urls = viewer_urls(addresses)
    if public_url is not None:
        _, question_mark, query = urls[0].partition("?")
        urls = [f"{public_url.scheme}://{public_url.authority}/{question_mark}{query}"]
    start = "camstrm shows its cameras at"
    lines = [f"  {start}  {urls[0]}", *(f"  {'or at':>{len(start)}}  {url}" for url in urls[1:])]
    print("\n".join(["", *lines, ""]), flush=True)
    if addresses.token is None and not _is_loopback(addresses.host):
        print(
            f"camstrm: warning: --no-auth on {addresses.host}: everybody who reaches port "
            f"{addresses.port} sees the cameras",
            file=sys.stderr,
            flush=True,
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
