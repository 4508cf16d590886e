"""``camstrm list``: the cameras that the producers see."""

from __future__ import annotations

import dataclasses
import json
import sys
import threading
from collections.abc import Sequence

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.discovery.scan import Discovery
from camstrm.acquisition.gentl.producer_check import check_file
from camstrm.acquisition.open_mark import OpenCamera, open_cameras_here
from camstrm.cli.checks.search import known_producer, search, streamed_devices
from camstrm.cli.options import ListOptions
from camstrm.cli.progress import Progress
from camstrm.cli.settings import producers_for
from camstrm.cli.side_by_side import in_order
from camstrm.cli.streamed import open_in, sorted_devices
from camstrm.cli.table import TableWriter
from camstrm.errors import ProducerError, ProducerTimeoutError
from camstrm.profiles import load_profiles

__all__ = ["run"]

_HEADER = ("SERIAL", "VENDOR", "MODEL", "NAME", "BUS", "ACCESS", "PRODUCER")
_USUAL = (11, 8, 24)
"""Letters of serial numbers, vendors and models; rows are printed as producers answer."""
_ACCESS = {"no access": "reported: no access", "busy": "reported: busy"}
"""What a producer reports proves nothing: some report "no access" for cameras that open."""


def run(options: ListOptions) -> int:
    """Print a table or JSON; exit code 1 when there is no camera.

    All producers are scanned at once, each in a child that is killed after
    ``options.timeout`` seconds. Each is printed when it has answered, in the order given.
    """
    profiles = load_profiles()
    producers = producers_for(options.cti, profiles)
    marks = open_cameras_here()

    def scan(index: int, stop: threading.Event) -> Discovery | ProducerError:
        producer = known_producer(producers[index], profiles)
        try:
            ours = streamed_devices(producer, marks)
            if ours:
                return Discovery(ours)
            check_file(producer.settings.cti)
            return search(producer, progress, options.timeout, stop)
        except ProducerError as error:
            return error

    devices: list[list[DeviceInfo]] = [[] for _ in producers]
    table = TableWriter(_HEADER, _USUAL)
    failed = False
    ctis = [producer.cti for producer in producers]
    with Progress() as progress:
        for index, result in in_order(ctis, scan, progress, options.timeout):
            if isinstance(result, ProducerError):
                failed = True
                print(f"camstrm: {_sentence(result, options.timeout)}", file=sys.stderr)
                continue
            devices[index] = sorted_devices(result.devices)
            for problem in result.problems:
                said = f"{ctis[index]}: an interface could not be searched: {problem}"
                print(f"camstrm: {said}", file=sys.stderr)
            if not options.json:
                table.write([_row(device, marks) for device in devices[index]])
    found = [device for of_producer in devices for device in of_producer]
    if options.json:
        rows = [{**dataclasses.asdict(d), "access": open_in(d, marks) or d.access} for d in found]
        print(json.dumps(rows, indent=2))
    elif not found and not failed:
        print("no camera found; 'camstrm doctor' says why", file=sys.stderr)
    return 0 if found else 1


def _row(device: DeviceInfo, marks: Sequence[OpenCamera]) -> tuple[str, ...]:
    return (
        device.selector,
        device.vendor,
        device.model,
        device.user_name,
        device.tl_type,
        open_in(device, marks) or _access(device),
        device.cti,
    )


def _access(device: DeviceInfo) -> str:
    if not device.in_wrong_subnet:
        return _ACCESS.get(device.access, device.access)
    return f"wrong subnet: {device.address}, network card {device.networks}"


def _sentence(error: ProducerError, timeout_s: float) -> str:
    if isinstance(error, ProducerTimeoutError):
        longer = max(60.0, 4 * timeout_s)
        return f"{error.subject} {error.problem}; --timeout {longer:g} waits longer"
    return str(error)
