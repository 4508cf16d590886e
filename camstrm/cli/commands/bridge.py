"""``camstrm bridge``: the server that viewers connect to."""

from __future__ import annotations

import asyncio
import dataclasses
import faulthandler
import ipaddress
import logging
import os
import signal
import sys

from msgspec.structs import replace

from camstrm.bridge.app import BridgeAddresses, run_bridge, viewer_urls
from camstrm.bridge.http.reload import BridgeReload, check_files
from camstrm.cli.descriptor_limit import raise_descriptor_limit
from camstrm.cli.log import complain, set_up_logging
from camstrm.cli.options import BridgeOptions
from camstrm.cli.public_url import PublicUrl
from camstrm.cli.reload import reloading
from camstrm.cli.service_manager import ServiceManager
from camstrm.cli.settings import bridge_config, socket_path
from camstrm.cli.signals import end_with_parent
from camstrm.cli.url_command import url_command, where_tokens_are
from camstrm.config import Config
from camstrm.config.changes import Reloaded

__all__ = ["announcement", "run"]


def run(options: BridgeOptions) -> int:
    """Serve viewers until stopped."""
    end_with_parent()
    raise_descriptor_limit()
    # Twice: what is wrong with the configuration is said in the form that was asked for.
    set_up_logging(options.log_level or "info", options.log_format or "text")
    public_url = PublicUrl.from_environment(os.environ)
    config = _read(options, public_url)
    set_up_logging(config.log.level, config.log.format, access_log=options.access_log)
    if options.check:
        check_files(config.bridge, os.environ)
        print("the bridge's configuration is right")
        return 0
    asyncio.run(_serve(options, config, public_url))
    return 0


def _read(options: BridgeOptions, public_url: PublicUrl | None) -> Config:
    config = bridge_config(options)
    socket_path(config)  # raises where it cannot be one
    if public_url is None:
        return config
    bridge = config.bridge
    hosts = (*bridge.allowed_hosts, public_url.authority)
    return replace(config, bridge=replace(bridge, allowed_hosts=hosts))


async def _serve(options: BridgeOptions, config: Config, public_url: PublicUrl | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    service = ServiceManager(os.environ)
    if service.watched:
        faulthandler.enable()  # the watchdog's SIGABRT then says where the bridge stands still
    config_file = options.config or ""
    reload = BridgeReload(config, config_file)

    def ready(addresses: BridgeAddresses) -> None:
        _announce(addresses, public_url, url_command(options, os.environ))
        service.ready(f"viewers on {addresses.host} port {addresses.port}")

    async def take(config: Config) -> Reloaded:
        reloaded = await reload.take(config)
        set_up_logging(config.log.level, config.log.format, access_log=options.access_log)
        return reloaded

    async with reloading(lambda: _read(options, public_url), take, service, stop.set):
        await run_bridge(
            config.bridge,
            socket_path(config),
            ready=ready,
            stop=stop,
            allowed_uids=config.socket.allowed_uids,
            config_file=config_file,
            reload=reload,
            alive=service.alive,
        )


def _announce(addresses: BridgeAddresses, public_url: PublicUrl | None, command: str) -> None:
    """Print the URLs to open, the way Jupyter does; loud if nobody is asked for a token.

    ``command`` prints them again. Where this is no terminal they are printed without tokens.
    """
    if sys.stdout.isatty() or (addresses.token is None and addresses.control_token is None):
        text = announcement(addresses, public_url)
    else:
        bare = dataclasses.replace(addresses, token=None, control_token=None)
        text = f"{announcement(bare, public_url)}\n{where_tokens_are(command)}"
    try:
        print(text, flush=True)
    except OSError as error:
        # A full disk behind it, or nobody reads it: viewers know the addresses.
        complain(f"the addresses cannot be printed ({error.strerror})", logging.WARNING)
    if addresses.token is None and not _is_loopback(addresses.host):
        complain(
            f"warning: --no-auth on {addresses.host}: everybody who reaches port "
            f"{addresses.port} sees the cameras",
            logging.WARNING,
        )


def announcement(addresses: BridgeAddresses, public_url: PublicUrl | None) -> str:
    """Return all URLs to watch, and one to control: it is for few, who know the others."""
    watch = viewer_urls(addresses, addresses.token)
    control = []
    if addresses.control_token is not None:
        control = viewer_urls(addresses, addresses.control_token)[:1]
    if public_url is not None:
        watch, control = (
            [_under(public_url, url) for url in urls[:1]] for urls in (watch, control)
        )
    lines = [f"  to watch    {watch[0]}", *(f"  or at       {url}" for url in watch[1:])]
    lines += [f"  to control  {url}" for url in control]
    return "\n".join(["", *lines, ""])


def _under(public_url: PublicUrl, url: str) -> str:
    """Return the URL as it is reached from outside."""
    _, question_mark, query = url.partition("?")
    return f"{public_url.scheme}://{public_url.authority}/{question_mark}{query}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
