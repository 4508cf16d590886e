"""``camstrm features``: read and write GenICam features."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from camstrm.acquisition.device_info import matching_devices
from camstrm.acquisition.discovery import discover
from camstrm.acquisition.feature_session import run_feature_session
from camstrm.acquisition.producer_check import check_producer
from camstrm.cli.settings import producers_for
from camstrm.cli.table import format_table
from camstrm.errors import CameraAmbiguousError, CameraNotFoundError, ProducerError, UsageError
from camstrm.grab.resolver import profile_of
from camstrm.profiles import load_profiles, process_environment

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    """Set and list; exit code 1 when a feature could not be set."""
    settings = [_setting(text) for text in options.set]
    profiles = load_profiles()
    serials: list[str] = []
    producers = producers_for(options.cti, profiles)
    for producer in producers:
        profile = profile_of(profiles, producer)
        environment = process_environment(profile, producer.cti, os.environ)
        encoding = profile.quirks.text_encoding
        try:
            check_producer(producer.cti, environment)
            devices = discover(producer.cti, environment, text_encoding=encoding)
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
            answer = run_feature_session(
                producer.cti,
                options.serial,
                settings=settings,
                environment=environment,
                text_encoding=encoding,
            )
            return _show(answer, as_json=options.json)
    where = " and ".join(producer.cti for producer in producers)
    raise CameraNotFoundError(options.serial, options.serial, tuple(serials), where)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--set wants NAME=VALUE, got {text!r}")
    return name.strip(), value


def _show(answer: dict[str, Any], *, as_json: bool) -> int:
    failed = [r for r in answer["results"] if not r["applied"]]
    if as_json:
        print(json.dumps(answer, indent=2))
        return 1 if failed else 0
    for result in answer["results"]:
        if result["applied"]:
            note = f" ({result['reason']})" if result["reason"] else ""
            print(f"set {result['name']} = {_text(result['value'])}{note}")
        else:
            print(f"camstrm: {result['name']} not set: {result['reason']}", file=sys.stderr)
    rows = [
        (row["name"], row["access"], _text(row["value"]), _limits(row))
        for row in answer["features"]
    ]
    print(format_table(("FEATURE", "ACCESS", "VALUE", "ALLOWED"), rows))
    return 1 if failed else 0


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _limits(row: dict[str, Any]) -> str:
    if row["type"] == "command":
        return "command (set it to true to execute)"
    if "entries" in row:
        return " | ".join(row["entries"])
    if "min" in row:
        return f"{row['min']:g} to {row['max']:g} {row.get('unit', '')}".rstrip()
    return "true | false" if row["type"] == "boolean" else ""
