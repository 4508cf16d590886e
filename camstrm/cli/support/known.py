"""What nobody wants to send: secrets and names of this machine, found where they are kept."""

from __future__ import annotations

import contextlib
import getpass
import ipaddress
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from camstrm.acquisition.kernel_file import read_text
from camstrm.bridge.control.secret import cookie_of
from camstrm.bridge.http.token_file import CONTROL_TOKEN_FILE, state_folder, token_path
from camstrm.cli.support.scrub import Scrubber, is_secret_name
from camstrm.config import Config
from camstrm.errors import ConfigError

if TYPE_CHECKING:
    from camstrm.bridge.control.token_store import NamedToken

__all__ = ["scrubber_for"]

_MAX_FILE = 64 * 1024
"""Bytes that are read of a file that names secrets."""
_NOT_BLOCKING = getattr(os, "O_NONBLOCK", 0)  # not on Windows; what stands there may be a pipe


def scrubber_for(
    config: Config, environ: Mapping[str, str], token_files: tuple[str, ...] = ()
) -> Scrubber:
    """Return a scrubber that knows the secrets and names of this machine.

    ``token_files``: beside those of the configuration.
    """
    secrets = {*_tokens(config, environ, token_files), *_of_environment(environ)}
    secrets |= {*_of_configuration(config), *_of_key(config.bridge.tls_key)}
    own = socket.gethostname()
    hosts = {own, own.partition(".")[0], *_hosts(config)}
    domains = {own.partition(".")[2], *_search_domains()}
    return Scrubber(
        secrets,
        hosts=hosts,
        domains=domains,
        users=_users(environ),
        people=_people(config, environ),
        kept=(found.version for found in distributions()),
    )


def _tokens(
    config: Config, environ: Mapping[str, str], token_files: tuple[str, ...]
) -> Iterator[str]:
    bridge = config.bridge
    paths = [Path(file) for file in token_files]
    with contextlib.suppress(ConfigError):  # no home: no token is kept there
        paths.append(token_path(bridge.token_file, environ))
        paths.append(
            state_folder(bridge.control.folder, bridge.token_file, environ) / CONTROL_TOKEN_FILE
        )
    paths += [Path(name) for name in (environ.get("CAMSTRM_TOKEN_FILE"), bridge.token_file) if name]
    for path in paths:
        for word in _read(path).split():
            yield word
            yield cookie_of(word)
    for token in _named(config, environ):
        yield token.fingerprint
    if given := environ.get("CAMSTRM_TOKEN"):
        yield given
        yield cookie_of(given)


def _of_environment(environ: Mapping[str, str]) -> Iterator[str]:
    for name, value in environ.items():
        # $PWD is a folder; so may be what some other name suggests a secret for.
        if is_secret_name(name) and not os.path.lexists(value):
            yield value
        elif "://" in value:
            yield from _of_url(value)


def _of_url(text: str) -> Iterator[str]:
    with contextlib.suppress(ValueError):
        url = urlsplit(text)
        if url.password:
            yield url.password
        for name, value in parse_qsl(url.query):
            if is_secret_name(name):
                yield value


def _of_configuration(config: Config) -> Iterator[str]:
    for producer in config.producers:
        # A licence key, for one. What GenICam needs to be found is no secret.
        yield from (v for k, v in producer.env.items() if is_secret_name(k))
    for camera in config.cameras:
        for features in (camera.features, camera.stream_features):
            yield from (str(value) for name, value in features.items() if is_secret_name(name))


def _of_key(file: str) -> Iterator[str]:
    """Yield the lines of the certificate's key: a log may have them."""
    if file:
        yield from (line for line in _read(Path(file)).splitlines() if "-----" not in line)


def _hosts(config: Config) -> Iterator[str]:
    bridge = config.bridge
    yield from bridge.allowed_hosts
    for origin in bridge.allowed_origins:
        yield urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(bridge.host)
    except ValueError:
        yield bridge.host


def _search_domains() -> Iterator[str]:
    for line in read_text(Path("/etc/resolv.conf")).splitlines():
        key, _, names = line.partition(" ")
        if key in ("search", "domain"):
            yield from names.split()


def _users(environ: Mapping[str, str]) -> Iterator[str]:
    with contextlib.suppress(OSError, KeyError, ImportError):
        yield getpass.getuser()
    for name in ("USER", "LOGNAME", "SUDO_USER", "USERNAME"):
        if name in environ:
            yield environ[name]
    yield Path(environ.get("HOME", "")).name


def _people(config: Config, environ: Mapping[str, str]) -> Iterator[str]:
    for token in _named(config, environ):
        yield token.name
        yield token.note


def _named(config: Config, environ: Mapping[str, str]) -> tuple[NamedToken, ...]:
    bridge = config.bridge
    if sys.platform == "win32":
        return ()  # there is no bridge
    from camstrm.bridge.control.token_store import read_tokens

    try:
        return read_tokens(state_folder(bridge.control.folder, bridge.token_file, environ))
    except ConfigError:
        return ()


def _read(path: Path) -> str:
    """Return the beginning of a file, "" where there is none to read."""
    try:
        handle = os.open(path, os.O_RDONLY | _NOT_BLOCKING)
        with os.fdopen(handle, "rb") as file:
            return file.read(_MAX_FILE).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
