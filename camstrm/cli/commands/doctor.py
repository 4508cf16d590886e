"""``camstrm doctor``: why a camera does not show up, and how to fix it."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.features.session import FeatureAnswer
from camstrm.acquisition.open_mark import open_cameras_here
from camstrm.cli.checks.bandwidth import CameraLoad, bandwidth_findings, camera_load
from camstrm.cli.checks.cameras import camera_findings
from camstrm.cli.checks.environment import variable_findings
from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.gige import gige_findings, packet_findings
from camstrm.cli.checks.opened import open_cameras
from camstrm.cli.checks.packages import package_findings
from camstrm.cli.checks.places import place_findings
from camstrm.cli.checks.producers import scan_producers
from camstrm.cli.checks.search import KnownProducer
from camstrm.cli.checks.usb import UsbCameras
from camstrm.cli.options import DoctorOptions
from camstrm.cli.progress import Progress
from camstrm.cli.settings import chosen_cameras, producers_for
from camstrm.config import CameraSettings, Config, load_config
from camstrm.errors import ConfigError, UsageError
from camstrm.profiles import GentlProfile, buffer_count, load_profiles

__all__ = ["run"]

_ROOT = Path("/")
_LONGEST_SUBJECT = 32
_USUAL_SUBJECT = 22


def run(options: DoctorOptions) -> int:
    """Print findings; exit code 1 if something will not work."""
    findings: list[Finding] = []
    with Progress() as progress:
        for title, section in _sections(options, progress):
            findings += _print_section(title, section, progress, quiet=options.json)
    if options.json:
        rows = [{**dataclasses.asdict(f), "level": f.level.value} for f in findings]
        print(json.dumps(rows, indent=2))
    else:
        bad = sum(f.level is Level.FAIL for f in findings)
        doubtful = sum(f.level is Level.WARN for f in findings)
        warnings = f"{doubtful} warning" + "s" * (doubtful != 1)
        print(f"\n{len(findings)} checks: {bad} failed, {warnings}")
    return 1 if any(f.level is Level.FAIL for f in findings) else 0


def _print_section(
    title: str, section: Iterable[Finding], progress: Progress, *, quiet: bool
) -> list[Finding]:
    """Print a section's findings as they come and return them; ``quiet``: print nothing."""
    # What is all there is set in columns; what comes one by one (a scan takes seconds) has a
    # column of one width.
    known = section if isinstance(section, list) else ()
    short = [len(f.subject) for f in known if len(f.subject) <= _LONGEST_SUBJECT]
    width = max(short, default=0) if known else _USUAL_SUBJECT
    findings: list[Finding] = []
    for finding in section:
        progress.clear()
        if not quiet:
            head = [] if findings else [f"\n{title}"]
            print("\n".join([*head, *_lines(finding, width)]), flush=True)
        findings.append(finding)
    return findings


def _lines(finding: Finding, width: int) -> Iterator[str]:
    level = finding.level.value if finding.level is Level.OK else finding.level.value.upper()
    head = f"  {level:4}  {finding.subject:{width}}  "
    if len(finding.subject) > width:
        yield head.rstrip()
        head = " " * (width + 10)
    yield from _wrapped(head, finding.text)
    if finding.remedy:
        # On one line, whatever its length: it is to be copied.
        yield f"        -> {finding.remedy}"


def _wrapped(head: str, text: str) -> list[str]:
    if not sys.stdout.isatty():
        return [f"{head}{text}".rstrip()]
    return textwrap.wrap(
        text,
        max(shutil.get_terminal_size().columns, len(head) + 40),
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [head.rstrip()]


def _sections(
    options: DoctorOptions, progress: Progress
) -> Iterator[tuple[str, Iterable[Finding]]]:
    """Yield title and findings of each section; a list, or an iterator where they take time."""
    yield "Python and packages", list(package_findings())
    config, profiles, findings = _configuration(options.config)
    if options.serial:
        config = msgspec.structs.replace(config, cameras=chosen_cameras(options.serial, config))
    yield "Configuration", findings
    yield "Places", list(place_findings(config, os.environ))
    try:
        configured = () if options.cti else config.producers
        producers = configured or producers_for(options.cti, profiles)
        nothing = []
    except UsageError as error:
        kits = ", ".join(sorted({profile.sdk for profile in profiles.values() if profile.sdk}))
        remedy = f"Install the maker's SDK ({kits})" if kits else "Install the maker's SDK"
        producers = ()
        nothing = [Finding.fail("GenTL producers", str(error), remedy)]
    yield "Environment of this shell", list(variable_findings(profiles, producers, os.environ))
    scanned: list[KnownProducer] = []
    scan = scan_producers(
        producers, profiles, scanned, progress=progress, timeout_s=options.timeout
    )
    yield "GenTL producers", itertools.chain(nothing, scan)
    devices = [device for producer in scanned for device in producer.devices]
    # A user's profile that replaces a shipped one may lack the maker's USB ids.
    usb = UsbCameras([*load_profiles().values(), *profiles.values()], _ROOT)
    held: set[str] = set()
    marks = open_cameras_here(_ROOT)
    yield "Cameras", list(camera_findings(config, devices, held, usb, _ROOT, marks))
    answers: dict[str, FeatureAnswer] = {}
    if options.open:
        wanted = _selected(devices, config) if options.serial else devices
        opened = open_cameras(scanned, wanted, held, answers, progress, options.timeout)
        yield "Asking the cameras", opened
    buses = {device.tl_type.upper() for device in devices}
    buses |= {producer.profile.bus for producer in scanned}
    loads = _loads(config, scanned, answers, usb)
    if "U3V" in buses or any(usb):
        yield "USB", list(usb.findings(_buffer_bytes(loads)))
    if "GEV" in buses:
        yield "Network", [*gige_findings(_ROOT), *_packets(config, scanned, answers, options.open)]
    yield "Bandwidth", list(bandwidth_findings([load[0] for load in loads], asked=options.open))


def _configuration(file: str | None) -> tuple[Config, dict[str, GentlProfile], list[Finding]]:
    """Return what the file says, or the defaults and what is wrong with it."""
    if file:
        try:
            config = load_config(file)
            profiles = load_profiles(config.process.profile_dirs)
        except ConfigError as error:
            remedy = f"Correct {error.file}"
            lines = str(error).splitlines()
            findings = [Finding.fail("configuration", line, remedy) for line in lines]
            return Config(), load_profiles(), findings
        return config, profiles, [Finding.ok("configuration", f"{file} is valid")]
    return Config(), load_profiles(), []


def _selected(devices: list[DeviceInfo], config: Config) -> list[DeviceInfo]:
    return [d for d in devices if any(d.fits(camera.serial) for camera in config.cameras)]


_Load = tuple[CameraLoad, GentlProfile, str]


def _loads(
    config: Config, scanned: list[KnownProducer], answers: dict[str, FeatureAnswer], usb: UsbCameras
) -> list[_Load]:
    """Return load, profile and bus of each camera that is configured or was opened."""
    cameras = config.cameras or tuple(CameraSettings(serial=serial) for serial in answers)
    loads = []
    for camera in cameras:
        for producer in scanned:
            device = next((d for d in producer.devices if d.fits(camera.serial)), None)
            if device is not None:
                read = answers.get(device.selector, FeatureAnswer()).values
                load = camera_load(camera.label, device.serial, read, camera.features, usb, _ROOT)
                loads.append((load, producer.profile, device.tl_type.upper()))
                break
    return loads


def _buffer_bytes(loads: list[_Load]) -> int:
    return sum(
        buffer_count(profile, load.fps, load.frame_bytes) * load.frame_bytes
        for load, profile, bus in loads
        if bus == "U3V" and load.frame_bytes
    )


def _packets(
    config: Config, scanned: list[KnownProducer], answers: dict[str, FeatureAnswer], asked: bool
) -> Iterator[Finding]:
    unread = "not read: the camera was not opened"
    if not asked:
        unread = "not read; 'camstrm doctor --open' opens the camera and compares with the MTU"
    for producer in scanned:
        for device in producer.devices:
            if device.tl_type.upper() != "GEV":
                continue
            unknown = CameraSettings(serial=device.selector or "-")
            camera = next((c for c in config.cameras if device.fits(c.serial)), unknown)
            label, answer = camera.label, answers.get(device.selector)
            if answer is None:
                yield Finding.ok(f"packets of camera {label}", unread)
                continue
            profile = producer.profile
            yield from packet_findings(label, answer.values, camera.features, profile, _ROOT)
