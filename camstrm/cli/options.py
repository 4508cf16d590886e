"""What each command is given: the options of parser.py, with their types.

argparse makes one untyped Namespace for all commands; a test compares it with these.
"""

from __future__ import annotations

from typing import Literal, Protocol

__all__ = [
    "BridgeOptions",
    "DoctorOptions",
    "FeaturesOptions",
    "GrabOptions",
    "ListOptions",
    "ListenOptions",
    "SupportCommand",
    "TokenOptions",
    "UpOptions",
    "UrlOptions",
]


class ListenOptions(Protocol):
    """demo, and all that start a bridge; None: as the configuration says."""

    host: str | None
    port: int | None
    no_auth: bool
    access_log: bool
    log_level: str | None
    log_format: str | None


class UpOptions(ListenOptions, Protocol):
    """up, and what it shares with bridge."""

    config: str | None
    socket: str | None


class BridgeOptions(UpOptions, Protocol):
    """bridge."""

    check: bool


class GrabOptions(Protocol):
    """grab; None and empty lists: as the configuration says."""

    cti: list[str]
    serial: list[str]
    config: str | None
    fps: float | None
    socket: str | None
    standby: bool
    single_process: bool
    check: bool
    log_level: str | None
    log_format: str | None


class ListOptions(Protocol):
    """list; ``timeout`` in seconds for each producer."""

    cti: list[str]
    timeout: float
    json: bool


class DoctorOptions(ListOptions, Protocol):
    """doctor."""

    serial: list[str]
    config: str | None
    open: bool


class FeaturesOptions(Protocol):
    """features; ``set``: NAME=VALUE each; ``diff``, ``save``, ``load``, ``keep``: files."""

    serial: str
    cti: list[str]
    set: list[str]
    find: str | None
    diff: str | None
    save: str | None
    load: str | None
    keep: str | None
    stop: bool
    json: bool
    server: str | None
    ca: str | None
    token: str | None
    token_file: str | None
    config: str | None


class SupportCommand(Protocol):
    """support; ``log``: files; ``output``: the archive, or a folder for it."""

    config: str | None
    log: list[str]
    output: str | None
    yes: bool


class TokenOptions(Protocol):
    """token; ``name``, ``role``, ``expires`` and ``camera`` only where the action has them."""

    action: str
    config: str | None
    name: str
    role: Literal["view", "control", "admin"]
    expires: str | None
    camera: list[str]


class UrlOptions(Protocol):
    """url; None: as the configuration says."""

    config: str | None
    host: str | None
    port: int | None
