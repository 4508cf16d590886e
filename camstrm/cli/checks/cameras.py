"""The cameras that were found: seen twice, held by others, configured but not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.acquisition.open_mark import OpenCamera
from camstrm.cli.checks.holders import Holder, holders_of_file, holders_of_library
from camstrm.cli.checks.usb import usb_device_of
from camstrm.cli.finding import Finding, Level
from camstrm.cli.streamed import open_in
from camstrm.config import Config

__all__ = ["camera_findings"]

_REPORTED = {"no access": "not accessible", "busy": "in use"}
_MOST_NAMES = 3


def camera_findings(
    config: Config,
    devices: Sequence[DeviceInfo],
    held: set[str],
    root: Path = Path("/"),
    marks: Sequence[OpenCamera] = (),
) -> Iterator[Finding]:
    """Check the devices of all producers; add serial numbers that others hold to ``held``.

    ``marks``: the cameras that camstrm's own processes have open.
    """
    seen: dict[str, DeviceInfo] = {}
    for device in devices:
        subject = f"camera {device.serial or '(no serial number)'}"
        if device.serial and device.serial in seen:
            yield Finding(
                Level.WARN,
                subject,
                f"seen under {seen[device.serial].cti} and {device.cti}",
                f'cti = "{device.cti}" (or the other) in its [[camera]] of the configuration',
            )
            continue
        seen[device.serial] = device
        yield _access(device, subject, held, root, marks)
    yield from _not_found(config, set(seen) - {""})


def _access(
    device: DeviceInfo,
    subject: str,
    held: set[str],
    root: Path,
    marks: Sequence[OpenCamera],
) -> Finding:
    who = f"{device.vendor} {device.model} ({device.tl_type})".strip()
    ours = open_in(device, marks, root)
    if ours:
        held.add(device.serial)
        # Of a producer that must not be searched only the serial number is known.
        return Finding(Level.OK, subject, f"{who}: {ours}" if device.model else ours)
    usb = usb_device_of(device.serial, root) if device.serial else None
    holders = holders_of_file(usb.node, root) if usb is not None and usb.node else ()
    if holders:
        held.add(device.serial)
    if device.access == "ok" and not holders:
        return Finding(Level.OK, subject, who)
    if holders and usb is not None:
        who += f": {_names(holders)} has {usb.node} open"
        others = [holder for holder in holders if not holder.is_camstrm]
        if not others:
            return Finding(Level.OK, subject, who)
        pids = " ".join(str(holder.pid) for holder in others)
        return Finding(
            Level.WARN, subject, who, f"Close the maker's viewer or grabber: kill {pids}"
        )
    # The status alone proves nothing: some producers report one of these for cameras that open.
    who += f": reported as {_REPORTED.get(device.access, device.access)}"
    # Nobody tells who holds a network camera, so those that could on this machine are named.
    suspects = [holder for holder in holders_of_library(device.cti, root) if not holder.is_camstrm]
    if not suspects:
        text = f"{who}, which some producers do for cameras that can be opened"
        return Finding(Level.OK, subject, text)
    who += f"; this producer is loaded by {_names(suspects)}"
    return Finding(
        Level.WARN,
        subject,
        who,
        "If camstrm cannot open the camera, close the program that has it open; it may run on "
        "another machine; after a crash wait for the heartbeat time",
    )


def _names(holders: Sequence[Holder]) -> str:
    more = f" and {len(holders) - _MOST_NAMES} more" if len(holders) > _MOST_NAMES else ""
    return ", ".join(map(str, holders[:_MOST_NAMES])) + more


def _not_found(config: Config, seen: set[str]) -> Iterator[Finding]:
    for camera in config.cameras:
        if camera.serial not in seen:
            there = ", ".join(sorted(seen)) or "none"
            yield Finding(
                Level.FAIL,
                f"camera {camera.label}",
                f"serial number {camera.serial!r} is configured, but not found (there: {there})",
                "Check cable, power and the serial number: camstrm list",
            )
