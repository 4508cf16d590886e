"""From command line and configuration file to one Config."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from camstrm.cli.options import GrabOptions, UpOptions
from camstrm.config import CameraSettings, Config, ProducerSettings, check_config, load_config
from camstrm.errors import UsageError
from camstrm.feed.socket_path import check_path_length, default_socket_path
from camstrm.profiles import GentlProfile, find_producers, load_profiles

__all__ = ["bridge_config", "chosen_cameras", "grab_config", "producers_for", "socket_path"]

_replace = msgspec.structs.replace

S = TypeVar("S", bound=msgspec.Struct)


def grab_config(options: GrabOptions) -> tuple[Config, dict[str, GentlProfile]]:
    """Return the configuration of a grabber and its profiles; options go before the file."""
    config = load_config(options.config) if options.config else Config()
    profiles = load_profiles(config.process.profile_dirs)
    if options.cti or not config.producers:
        known = {producer.cti: producer for producer in config.producers}
        producers = producers_for(options.cti, profiles)
        config = _replace(config, producers=tuple(known.get(p.cti, p) for p in producers))
    if options.serial:
        config = _replace(config, cameras=chosen_cameras(options.serial, config))
    config = _replace(
        config,
        stream=_with(config.stream, fps=options.fps),
        process=_with(config.process, single_process=options.single_process or None),
        socket=_with(config.socket, path=options.socket),
        log=_with(config.log, level=options.log_level, format=options.log_format),
    )
    check_config(config)
    return config, profiles


def bridge_config(options: UpOptions) -> Config:
    """Return the configuration of a bridge; options go before the file."""
    config = load_config(options.config) if options.config else Config()
    auth = False if options.no_auth else None
    config = _replace(
        config,
        bridge=_with(config.bridge, host=options.host, port=options.port, auth=auth),
        socket=_with(config.socket, path=options.socket),
        log=_with(config.log, level=options.log_level, format=options.log_format),
    )
    check_config(config)
    return config


def producers_for(
    ctis: list[str], profiles: Mapping[str, GentlProfile]
) -> tuple[ProducerSettings, ...]:
    """Return the producers given, or else those installed; UsageError if there is none."""
    if ctis:
        return tuple(ProducerSettings(cti=cti) for cti in dict.fromkeys(map(_absolute, ctis)))
    found = tuple(ProducerSettings(cti=cti) for cti in find_producers(profiles, os.environ))
    if not found:
        raise UsageError(
            "no GenTL producer is installed where its maker puts it. Give one with --cti "
            "FILE.cti, or try 'camstrm demo' for simulated cameras"
        )
    return found


def socket_path(config: Config) -> str:
    """Return the absolute path of the UNIX socket; SocketPathError if it cannot be one."""
    path = _absolute(config.socket.path or default_socket_path(os.environ))
    check_path_length(path)
    return path


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _with(settings: S, **options: object) -> S:
    """Return the settings with those options that were given: None stands for one that was not."""
    return _replace(settings, **{k: value for k, value in options.items() if value is not None})


def chosen_cameras(serials: list[str], config: Config) -> tuple[CameraSettings, ...]:
    """Return the cameras that ``--serial`` selects: by serial number, "id:..." or their name."""
    known = {camera.serial: camera for camera in config.cameras}
    named = {camera.name: camera for camera in config.cameras if camera.name}
    return tuple(
        known.get(serial) or named.get(serial) or CameraSettings(serial=serial)
        for serial in dict.fromkeys(serials)
    )
