"""``camstrm doctor``: why a camera does not show up, and what mends it."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.acquisition.discovery import discover
from camstrm.acquisition.producer_check import check_producer
from camstrm.cli.finding import Finding, Level
from camstrm.cli.host_checks import gige_findings, has_usb_camera, usb_findings
from camstrm.cli.settings import producers_for
from camstrm.config import Config, ProducerSettings, default_config, load_config
from camstrm.errors import ConfigError, ProducerError, UsageError
from camstrm.grab.resolver import profile_of
from camstrm.profiles import GentlProfile, load_profiles, process_environment

__all__ = ["run"]

_HARVESTERS = "1.4.3"
"""The version whose private names the opening of cameras uses."""

_PACKAGES = (
    ("harvesters", "harvesters", "grab", Level.FAIL),
    ("genicam", "genicam", "grab", Level.FAIL),
    ("numpy", "numpy", "grab", Level.FAIL),
    ("cv2", "opencv-python-headless", "grab", Level.FAIL),
    ("simplejpeg", "simplejpeg", "grab", Level.FAIL),
    ("aiohttp", "aiohttp", "bridge", Level.WARN),
    ("prometheus_client", "prometheus-client", "bridge", Level.WARN),
    ("PySide6", "PySide6-Essentials", "viewer", Level.OK),
)


def run(options: argparse.Namespace) -> int:
    """Print findings; exit code 1 if something will not work."""
    findings = list(_all_findings(options))
    if options.json:
        rows = [{**dataclasses.asdict(f), "level": f.level.value} for f in findings]
        print(json.dumps(rows, indent=2))
    else:
        for finding in findings:
            print(f"{finding.level.value.upper():4}  {finding.subject}: {finding.text}")
            if finding.remedy:
                print(f"      -> {finding.remedy}")
        bad = sum(f.level is Level.FAIL for f in findings)
        doubtful = sum(f.level is Level.WARN for f in findings)
        print(f"{bad} will not work, {doubtful} to look at, {len(findings)} looked at")
    return 1 if any(f.level is Level.FAIL for f in findings) else 0


def _all_findings(options: argparse.Namespace) -> Iterator[Finding]:
    yield Finding(
        Level.OK, "Python", f"{platform.python_version()} on {platform.machine()} ({sys.prefix})"
    )
    yield from _package_findings()
    config = default_config()
    if options.config:
        try:
            config = load_config(options.config)
            yield Finding(Level.OK, "configuration", f"{options.config} is valid")
        except ConfigError as error:
            yield Finding(Level.FAIL, "configuration", str(error))
    profiles = load_profiles(config.process.profile_dirs)
    try:
        producers = (
            config.producers
            if config.producers and not options.cti
            else producers_for(options.cti, profiles)
        )
    except UsageError as error:
        yield Finding(
            Level.FAIL,
            "GenTL producers",
            str(error),
            "Install the maker's SDK (Hikrobot MVS, Teledyne Spinnaker)",
        )
        producers = ()
    devices: list[DeviceInfo] = []
    for producer in producers:
        yield from _producer_findings(producer, profiles, devices)
    yield from _camera_findings(config, devices)
    buses = {device.tl_type.upper() for device in devices}
    names = {profile_of(profiles, producer).name for producer in producers}
    if "U3V" in buses or has_usb_camera() or any("u3v" in name for name in names):
        yield from usb_findings()
    if "GEV" in buses or any("gev" in name for name in names):
        yield from gige_findings()


def _package_findings() -> Iterator[Finding]:
    for module, package, extra, missing in _PACKAGES:
        if importlib.util.find_spec(module) is None:
            if missing is not Level.OK:
                remedy = f"pip install 'camstrm[{extra}]'"
                yield Finding(missing, package, f"not installed (needed to {extra})", remedy)
            continue
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            # The module came another way: opencv-python, a package of the distribution.
            version = "installed, version unknown"
        if package == "harvesters" and version != _HARVESTERS:
            yield Finding(
                Level.FAIL,
                package,
                f"version {version}, wanted {_HARVESTERS}",
                f"pip install harvesters=={_HARVESTERS}",
            )
        else:
            yield Finding(Level.OK, package, version)


def _producer_findings(
    producer: ProducerSettings,
    profiles: Mapping[str, GentlProfile],
    devices: list[DeviceInfo],
) -> Iterator[Finding]:
    profile = profile_of(profiles, producer)
    environment = process_environment(profile, producer.cti, os.environ, extra=producer.env)
    try:
        check_producer(producer.cti, environment, python=producer.python or sys.executable)
        found = discover(
            producer.cti,
            environment,
            python=producer.python,
            text_encoding=profile.quirks.text_encoding,
        )
    except ProducerError as error:
        yield Finding(Level.FAIL, producer.cti, error.problem, error.remedy)
        return
    text = f"loads; profile {profile.name}; {len(found)} cameras"
    if found:
        yield Finding(Level.OK, producer.cti, text)
    else:
        yield Finding(
            Level.FAIL,
            producer.cti,
            text,
            "Check power, cable and the maker's driver; a GigE camera must be in the subnet of "
            "its network card",
        )
    devices += found


def _camera_findings(config: Config, devices: list[DeviceInfo]) -> Iterator[Finding]:
    seen: dict[str, DeviceInfo] = {}
    for device in devices:
        subject = f"camera {device.serial or '(no serial number)'}"
        if device.serial in seen:
            yield Finding(
                Level.WARN,
                subject,
                f"seen under {seen[device.serial].cti} and {device.cti}",
                "Name the producer of the camera in the configuration: cti = ...",
            )
            continue
        seen[device.serial] = device
        who = f"{device.vendor} {device.model} ({device.tl_type})"
        if device.access == "ok":
            yield Finding(Level.OK, subject, who)
        else:
            yield Finding(
                Level.WARN,
                subject,
                f"{who}: {device.access}",
                "Close the maker's viewer or the grabber that holds it",
            )
    for camera in config.cameras:
        if camera.serial not in seen:
            there = ", ".join(sorted(seen)) or "none"
            yield Finding(
                Level.FAIL,
                f"camera {camera.label}",
                f"serial number {camera.serial!r} is configured, but not found (there: {there})",
                "Check cable, power and the serial number",
            )
