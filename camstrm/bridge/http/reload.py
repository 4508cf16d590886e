"""BridgeReload: settings, tokens and certificate of a bridge that runs, read again."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from camstrm.bridge.control.role import Role
from camstrm.bridge.control.token_store import read_tokens
from camstrm.bridge.http.certificate import Certificate
from camstrm.bridge.http.origin import HostRules, own_names
from camstrm.bridge.http.state import BridgeState
from camstrm.bridge.http.token_file import (
    check_token,
    load_control_token,
    load_token,
    state_folder,
)
from camstrm.bridge.viewers.send_watch import tune_listener
from camstrm.config import BridgeSettings, Config
from camstrm.config.changes import Reloaded, changed_keys, with_keys

__all__ = ["BridgeReload", "SharedTokens", "check_files", "load_shared_tokens"]

_CONTROL = ("allow", "deny", "locked", "shared_token")

_LIVE = frozenset(
    (
        "log.level",
        "log.format",
        "socket.allowed_uids",
        "bridge.token_file",
        "bridge.allowed_origins",
        "bridge.allowed_hosts",
        "bridge.max_clients",
        "bridge.max_clients_per_address",
        "bridge.send_timeout_s",
        *(f"bridge.control.{key}" for key in _CONTROL),
    )
)
"""Keys that are applied while the bridge runs. The others of the bridge need a restart: where it
listens, how viewers that are connected were let in or were promised to be served."""

_TLS_KEYS = frozenset(("bridge.tls_cert", "bridge.tls_key"))

_SECTIONS = ("bridge.", "socket.", "log.")
"""What the bridge reads of a configuration; the rest is the grabber's."""


class SharedTokens(NamedTuple):
    """The tokens that the bridge makes itself; None: there is none."""

    watch: str | None
    control: str | None

    def roles(self) -> list[tuple[str, Role]]:
        """Return them with what they are good for; of one file for both, it is to watch."""
        given = [(self.control, Role.CONTROL), (self.watch, Role.VIEW)]
        return [(secret, role) for secret, role in given if secret is not None]


def load_shared_tokens(settings: BridgeSettings, environ: Mapping[str, str]) -> SharedTokens:
    """Read the tokens, making their files where there are none; raise ConfigError."""
    watch = load_token(settings.token_file, environ) if settings.auth else None
    control = None
    if settings.control.shared_token:
        folder = state_folder(settings.control.folder, settings.token_file, environ)
        control = load_control_token(folder)
    return SharedTokens(watch, control)


def check_files(settings: BridgeSettings, environ: Mapping[str, str]) -> None:
    """Raise ConfigError if certificate or tokens cannot be used; make no file."""
    _certificate(settings)
    if settings.auth:
        check_token(settings.token_file, environ)
    read_tokens(state_folder(settings.control.folder, settings.token_file, environ))


class _Running(NamedTuple):
    """What a reload changes."""

    state: BridgeState
    sockets: Sequence[socket.socket]
    folder: Path  # of the named tokens
    environ: Mapping[str, str]


class _Loaded(NamedTuple):
    """What files say: those that the settings name, and the machine's own."""

    tokens: SharedTokens
    certificate: Certificate | None
    hosts: HostRules


class BridgeReload:
    """Takes a configuration that was read again into a running bridge.

    All files are read before anything is changed: with one mistake everything stays as it was.
    Belongs to the bridge's event loop.
    """

    def __init__(self, config: Config, config_file: str = "") -> None:
        """``config``: what the bridge is started with."""
        self._config = config
        """What is in force: keys that need a restart keep the values of the start."""
        self._file = config_file
        self._running: _Running | None = None
        """None until the bridge listens."""

    def attach(
        self,
        state: BridgeState,
        sockets: Sequence[socket.socket],
        folder: Path,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Know the parts of the bridge that listens now."""
        self._running = _Running(state, sockets, folder, environ)

    async def take(self, config: Config) -> Reloaded:
        """Apply ``config`` and the files that it names; return what came of it.

        Raises ConfigError, after which nothing has changed.
        """
        running = self._running
        if running is None:
            return Reloaded()
        changed = [key for key in changed_keys(self._config, config) if key.startswith(_SECTIONS)]
        live = _LIVE
        if running.state.certificate is not None and config.bridge.tls_cert:
            live |= _TLS_KEYS
        wanted = with_keys(self._config, config, live)
        loaded = await asyncio.to_thread(_load, wanted.bridge, running.environ)
        applied = [key for key in changed if key in live]
        pending = [key for key in changed if key not in live]
        folder = state_folder(
            wanted.bridge.control.folder, wanted.bridge.token_file, running.environ
        )
        if folder != running.folder:
            pending.append(f"named tokens and audit file in {folder}")
        self._config = wanted
        applied += self._apply(running, wanted, loaded)
        await running.state.control.look_once()
        return Reloaded(tuple(applied), tuple(pending))

    def _apply(self, running: _Running, config: Config, loaded: _Loaded) -> list[str]:
        """Let the settings hold from now on; return what else than keys was read again."""
        state, settings = running.state, config.bridge
        state.settings = settings
        state.hosts = loaded.hosts
        state.limits.change(settings.max_clients, settings.max_clients_per_address)
        state.listener.allowed_uids = config.socket.allowed_uids
        for sock in running.sockets:
            tune_listener(sock, settings.send_timeout_s)
        said = []
        if state.control.reload(settings.control, loaded.tokens.roles(), self._file):
            said.append("the bridge's own tokens")
        if state.certificate is not None and loaded.certificate is not None:
            state.certificate.take_over(loaded.certificate)
            said.append("the certificate")
        return said


def _load(settings: BridgeSettings, environ: Mapping[str, str]) -> _Loaded:
    """Read all files; raise ConfigError for the first that cannot be used."""
    certificate = _certificate(settings)
    hosts = HostRules(own_names(settings.host), settings.allowed_hosts, settings.allowed_origins)
    return _Loaded(load_shared_tokens(settings, environ), certificate, hosts)


def _certificate(settings: BridgeSettings) -> Certificate | None:
    return Certificate(settings.tls_cert, settings.tls_key) if settings.tls_cert else None
