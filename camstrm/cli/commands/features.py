"""``camstrm features``: read and write GenICam features."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from camstrm.acquisition.discovery.device_info import matching_devices
from camstrm.acquisition.discovery.scan import scan_producer
from camstrm.acquisition.features.persistence_file import parse_settings
from camstrm.acquisition.features.session import FeatureAnswer, TextSetting, run_feature_session
from camstrm.acquisition.gentl.producer_check import check_producer
from camstrm.cli.feature_output import show_answer
from camstrm.cli.kept_features import configured_file_text, keep_features
from camstrm.cli.options import FeaturesOptions
from camstrm.cli.running_features import FeatureWork, do_in_running_server, live_settings
from camstrm.cli.running_server import camera_of, not_found, running_server
from camstrm.cli.settings import producers_for
from camstrm.errors import CameraAmbiguousError, CameraNotFoundError, ProducerError, UsageError
from camstrm.profiles import (
    GentlProfile,
    load_profiles,
    prerequisites,
    process_environment,
    profile_of,
)

__all__ = ["run"]

_MAX_FILE = 1024 * 1024
"""Bytes of a file of features."""


def run(options: FeaturesOptions) -> int:
    """Do what is asked; exit code 1 when something was not set, differs, or was not found.

    Goes through the running server if it has the camera, else opens the camera.
    """
    work = _work(options)
    profiles = load_profiles()
    elsewhere: tuple[str, ...] = ()
    if not options.cti:
        with running_server(options) as client:
            camera = None if client is None else camera_of(client, options.serial)
            if client is not None and camera is not None:
                answer = do_in_running_server(client, camera, work, profiles)
                code = _finish(answer, options)
                if options.keep is not None:
                    keep_features(options.keep, camera, live_settings(client, camera))
                return code
            if client is not None and options.server is not None:
                raise not_found(client, options.serial, options.server)
            elsewhere = () if client is None else tuple(client.cameras)
    if options.keep is not None:
        raise UsageError(
            "--keep: no running server has this camera, and only a running one knows what was "
            "set. Write the features into the configuration, or start the server"
        )
    try:
        answer = _open_and_do(options, work, profiles)
    except UsageError:
        if not elsewhere:
            raise
        # No producer is installed here, so the cameras that are there are the server's.
        where = "the server that runs here"
        raise CameraNotFoundError(options.serial, options.serial, elsewhere, where) from None
    return _finish(answer, options)


def _work(options: FeaturesOptions) -> FeatureWork:
    settings = [_setting(text) for text in options.set]
    load = _file_text(options.load) if options.load else ""
    diff = ""
    if options.diff:
        diff = _file_text(options.diff)
        if options.diff.endswith(".toml"):
            diff = configured_file_text(options.diff, options.serial)
        else:
            parse_settings(diff, options.diff)
    if load:
        parse_settings(load, str(options.load))
    quiet = bool(settings or load or diff or options.save or options.keep)
    return FeatureWork(
        settings,
        load,
        diff,
        save=bool(options.save),
        listing=options.json or options.find is not None or not quiet,
        stop=options.stop,
    )


def _finish(answer: FeatureAnswer, options: FeaturesOptions) -> int:
    if options.save and answer.saved is not None:
        _write(options.save, answer.saved.text)
        print(f"saved {answer.saved.settings} settings to {options.save}", file=sys.stderr)
        for name, why in answer.saved.left_out.items():
            print(f"camstrm: {name} not saved: {why}", file=sys.stderr)
    return show_answer(answer, find=options.find, as_json=options.json)


def _open_and_do(
    options: FeaturesOptions, work: FeatureWork, profiles: dict[str, GentlProfile]
) -> FeatureAnswer:
    """Find the camera, open it in a process of its own and do it there."""
    serials: list[str] = []
    producers = producers_for(options.cti, profiles)
    for producer in producers:
        profile = profile_of(profiles, producer)
        environment = process_environment(profile, producer.cti, os.environ)
        encoding = profile.quirks.text_encoding
        try:
            check_producer(producer.cti, environment)
            devices = scan_producer(producer.cti, environment, text_encoding=encoding).devices
        except ProducerError as error:
            if len(producers) == 1:
                raise
            print(f"camstrm: {error}", file=sys.stderr)
            continue
        serials += [device.selector for device in devices]
        found = matching_devices(devices, options.serial)
        if len(found) > 1:
            choices = tuple(device.selector for device in found)
            raise CameraAmbiguousError(options.serial, options.serial, choices)
        if found:
            return run_feature_session(
                producer.cti,
                options.serial,
                settings=_prepared(
                    work.settings, profile_of(profiles, producer, found[0].vendor, found[0].tl_type)
                ),
                load=work.load,
                diff=work.diff,
                save="streamable" if work.save else "",
                listing=work.listing,
                environment=environment,
                text_encoding=encoding,
            )
    where = " and ".join(producer.cti for producer in producers)
    raise CameraNotFoundError(options.serial, options.serial, tuple(serials), where)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--set wants NAME=VALUE, got {text!r}")
    return name.strip(), value


def _prepared(
    settings: Sequence[tuple[str, str]], profile: GentlProfile
) -> tuple[TextSetting, ...]:
    """Return the settings with what a configuration would set before each of them."""
    given = dict(settings)
    return tuple(
        TextSetting(name, text, prerequisites(profile, name, given)) for name, text in settings
    )


def _file_text(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})") from None
    if len(content) > _MAX_FILE:
        raise UsageError(f"{path} is larger than {_MAX_FILE} bytes: no file of features")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text: wanted a file of features (.pfs, .mfs)") from None


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})") from None
