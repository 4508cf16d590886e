"""The cameras that were found: seen twice, held by others, configured but not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from camstrm.acquisition.discovery.device_info import DeviceInfo, matching_devices
from camstrm.acquisition.open_mark import OpenCamera
from camstrm.acquisition.stream.stream_watch import loss_remedy
from camstrm.cli.checks.finding import Finding
from camstrm.cli.checks.holders import Holder, holders_of_file, holders_of_library
from camstrm.cli.checks.usb import UsbCameras
from camstrm.cli.streamed import open_in
from camstrm.config import ID_PREFIX, Config
from camstrm.errors import CameraAmbiguousError

__all__ = ["camera_findings"]

_REPORTED = {"no access": "not accessible", "busy": "in use"}
_MOST_NAMES = 3
"""Programs named in one finding."""


def camera_findings(
    config: Config,
    devices: Sequence[DeviceInfo],
    held: set[str],
    usb: UsbCameras,
    root: Path = Path("/"),
    marks: Sequence[OpenCamera] = (),
) -> Iterator[Finding]:
    """Check the devices of all producers; add what others hold to ``held``.

    ``marks``: the cameras that camstrm's own processes have open.
    """
    seen: dict[str, DeviceInfo] = {}
    for device in devices:
        subject = f"camera {device.selector or '(no serial number)'}"
        by_serial = device.selector == device.serial
        first = seen.setdefault(device.serial, device) if by_serial else device
        if first.cti != device.cti:
            yield Finding.warn(
                subject,
                f"seen under {first.cti} and {device.cti}",
                f'cti = "{device.cti}" (or the other) in its [[camera]] of the configuration',
            )
            continue
        yield _access(device, subject, held, usb, root, marks)
    yield from _not_found(config, devices)


def _who(device: DeviceInfo) -> str:
    who = f"{device.vendor} {device.model} ({device.tl_type})".strip()
    if device.user_name:
        who += f' "{device.user_name}"'
    if device.selector != device.serial and device.selector:
        shared = f"serial number {device.serial!r} is not its own"
        who += f"; {shared if device.serial else 'no serial number'}: selected by its device id"
    return who


def _access(
    device: DeviceInfo,
    subject: str,
    held: set[str],
    plugged: UsbCameras,
    root: Path,
    marks: Sequence[OpenCamera],
) -> Finding:
    who = _who(device)
    ours = open_in(device, marks, root)
    if ours:
        held.add(device.selector)
        # Of a producer that must not be searched only the serial number is known.
        text = f"{who}: {ours}" if device.model else ours
        loss = max((m.loss_percent for m in marks if m.is_for(device.selector)), default=0)
        if loss:
            text += f", {loss} % of its frames are incomplete"
            return Finding.warn(subject, text, loss_remedy(device.tl_type))
        return Finding.ok(subject, text)
    if not device.selector:
        text = f"{who}: cannot be used, its producer reports neither serial number nor device id"
        return Finding.warn(subject, text, "Try another version of the maker's SDK")
    if device.in_wrong_subnet:
        return Finding.fail(
            subject,
            f"{who}: in a wrong subnet: it has the address {device.address}, its network card "
            f"{device.networks}",
            "Give the camera an address in the subnet of its network card, with the maker's tool",
        )
    own_serial = device.serial if device.selector == device.serial else ""
    usb = plugged.device_of(own_serial) if own_serial else None
    holders = holders_of_file(usb.node, root) if usb is not None and usb.node else ()
    if holders:
        held.add(device.selector)
    if device.access == "ok" and not holders:
        return Finding.ok(subject, who)
    if holders and usb is not None:
        who += f": {_names(holders)} has {usb.node} open"
        others = [holder for holder in holders if not holder.is_camstrm]
        if not others:
            return Finding.ok(subject, who)
        pids = " ".join(str(holder.pid) for holder in others)
        return Finding.warn(subject, who, f"Close the maker's viewer or grabber: kill {pids}")
    # The status alone proves nothing: some producers report one of these for cameras that open.
    who += f": reported as {_REPORTED.get(device.access, device.access)}"
    # No producer reports who holds a network camera, so the programs here that may are named.
    suspects = [holder for holder in holders_of_library(device.cti, root) if not holder.is_camstrm]
    if suspects:
        who += f"; this producer is loaded by {_names(suspects)}"
    elif device.access != "busy":
        text = f"{who}, which some producers do for cameras that can be opened"
        return Finding.ok(subject, text)
    return Finding.warn(
        subject,
        who,
        "If camstrm cannot open the camera, close the program that has it open (it may run on "
        "another machine); after a crash wait until the camera's heartbeat time is over",
    )


def _names(holders: Sequence[Holder]) -> str:
    more = f" and {len(holders) - _MOST_NAMES} more" if len(holders) > _MOST_NAMES else ""
    return ", ".join(map(str, holders[:_MOST_NAMES])) + more


def _name_of(selector: str) -> str:
    if selector.startswith(ID_PREFIX):
        return f"device id {selector[len(ID_PREFIX) :]!r}"
    return f"serial number {selector!r}"


def _not_found(config: Config, devices: Sequence[DeviceInfo]) -> Iterator[Finding]:
    there = ", ".join(sorted({device.selector for device in devices} - {""})) or "none"
    for camera in config.cameras:
        subject = f"camera {camera.label}"
        producers = {device.cti for device in devices if camera.cti in ("", device.cti)}
        fitting = [
            matching_devices((d for d in devices if d.cti == cti), camera.serial)
            for cti in sorted(producers)
        ]
        if not any(fitting):
            yield Finding.fail(
                subject,
                f"{_name_of(camera.serial)} is configured, but not found (there: {there})",
                "Check cable, power and the serial number: camstrm list",
            )
        for found in fitting:
            if len(found) > 1:
                choices = tuple(device.selector for device in found)
                error = CameraAmbiguousError(camera.label, camera.serial, choices)
                yield Finding.fail(subject, error.problem, error.remedy)
