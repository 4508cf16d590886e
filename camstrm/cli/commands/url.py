"""``camstrm url``: the addresses of the bridge, with their tokens."""

from __future__ import annotations

import os
from collections.abc import Mapping

from msgspec.structs import replace

from camstrm.bridge.app import BridgeAddresses
from camstrm.bridge.http.token_file import known_control_token, known_token, state_folder
from camstrm.cli.commands.bridge import announcement
from camstrm.cli.options import UrlOptions
from camstrm.cli.public_url import PublicUrl
from camstrm.config import BridgeSettings, Config, check_config, load_config

__all__ = ["addresses_of", "run"]


def run(options: UrlOptions) -> int:
    """Print the addresses."""
    config = load_config(options.config) if options.config else Config()
    given = {"host": options.host, "port": options.port}
    wanted = {key: value for key, value in given.items() if value is not None}
    config = replace(config, bridge=replace(config.bridge, **wanted))
    check_config(config)
    addresses = addresses_of(config.bridge, os.environ)
    print(announcement(addresses, PublicUrl.from_environment(os.environ)))
    return 0


def addresses_of(bridge: BridgeSettings, environ: Mapping[str, str]) -> BridgeAddresses:
    """Return where a bridge with these settings is, with the tokens that it has made.

    Raises ConfigError if they are not there or cannot be read; makes none.
    """
    token = known_token(bridge.token_file, environ) if bridge.auth else None
    folder = state_folder(bridge.control.folder, bridge.token_file, environ)
    control = known_control_token(folder) if bridge.control.shared_token else None
    return BridgeAddresses(bridge.host, bridge.port, bool(bridge.tls_cert), token, "", control)
