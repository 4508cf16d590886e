"""GentlProducer: one .cti under Harvesters, with the devices it sees."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from camstrm.acquisition.discovery.device_info import DeviceInfo, matching_devices, with_selectors
from camstrm.acquisition.discovery.display_name import user_name_in
from camstrm.acquisition.discovery.subnet import read_addresses
from camstrm.acquisition.gentl.error_text import decode_text
from camstrm.acquisition.gentl.errors import GENTL_ERRORS, describe_error, value_or
from camstrm.acquisition.gentl.harvesters_log import harvesters_warnings
from camstrm.acquisition.gentl.library import GentlLibrary
from camstrm.acquisition.gentl.module_nodes import ask_only_cameras_for_xml
from camstrm.acquisition.gentl.producer_check import check_file, missing_symbols, not_a_producer
from camstrm.config import ID_PREFIX
from camstrm.errors import CameraAmbiguousError, ProducerError

__all__ = ["GentlProducer"]

_log = logging.getLogger(__name__)

_SHARED_SCAN_PART = 10
"""In a process with several cameras a search takes at most one part in so many of the time."""

_NO_ACCESS = {3: "no access", 4: "busy"}
"""DEVICE_ACCESS_STATUS of GenTL; other values of real producers are not reliable."""


class GentlProducer:
    """One loaded producer; one per process and .cti (a second one would see no device).

    Harvesters' ``update()`` destroys every open camera, so it runs once, at
    :meth:`open`; :meth:`rescan` asks the open interfaces instead. Methods may be called
    from several threads: they hold a lock.
    """

    def __init__(
        self,
        cti: str,
        *,
        text_encoding: str = "gbk",
        scan_timeout_ms: int = 1000,
        shared: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Name a producer file.

        ``scan_timeout_ms``: for each interface. ``shared``: several cameras stream in this
        process, so that searches are kept apart. ``clock`` is monotonic, in seconds.
        """
        self.cti = cti
        self.text_encoding = text_encoding
        self.lock = threading.RLock()
        """Held around calls into Harvesters, also by cameras that open and close, and around the
        attributes that follow."""
        self._scan_timeout_ms = scan_timeout_ms
        self._harvester: Any = None
        self._library: GentlLibrary | None = None
        self._devices: list[tuple[DeviceInfo, Any]] = []
        """Devices of the last scan, each with Harvesters' DeviceInfo."""
        self._seen: dict[str, DeviceInfo] = {}
        """Every device that any scan has listed, by its device ID."""
        self._shared = shared
        self._clock = clock
        self._next_scan_s = 0.0
        """Before this time (``clock``) a shared process does not scan again."""
        self._repairs: dict[str, str] = {}
        """What the log said of the repair of a camera's XML, by what selects the camera."""

    @property
    def library(self) -> GentlLibrary:
        """The producer's C functions; open() has bound them."""
        assert self._library is not None
        return self._library

    @property
    def harvester(self) -> Any:
        """The Harvester; open() has made it."""
        assert self._harvester is not None
        return self._harvester

    def open(self) -> None:
        """Check and load the .cti and list its devices; raise ProducerError."""
        check_file(self.cti)
        missing = missing_symbols(self.cti)
        if missing:
            raise ProducerError(self.cti, *not_a_producer(missing))
        # Harvesters is imported late: a process that only looks at errors needs no GenApi.
        from harvesters.core import Harvester, ParameterKey, ParameterSet

        ask_only_cameras_for_xml()
        with self.lock:
            self._library = GentlLibrary(self.cti)
            self._harvester = Harvester(
                config=ParameterSet(
                    {ParameterKey.TIMEOUT_PERIOD_ON_MODULE_ENUMERATION: self._scan_timeout_ms}
                )
            )
            try:
                self._open_system()
            except ProducerError:
                # A system that was opened halfway would refuse every further attempt.
                self.close()
                raise

    def _open_system(self) -> None:
        self.harvester.add_file(self.cti)
        try:
            with harvesters_warnings(self.text_encoding) as said:
                self.harvester.update()
            if not self.harvester._systems:  # noqa: SLF001  # no public name for a failed open
                why = f": {'; '.join(said)}" if said else ""
                raise ProducerError(
                    self.cti,
                    f"it loads, but its GenTL system cannot be opened{why}",
                    "Another program may hold it, or the maker's environment is not set",
                )
            self._list()
        except GENTL_ERRORS as error:
            raise ProducerError(
                self.cti,
                f"its cameras cannot be listed: {self.describe(error)}",
            ) from error

    def rescan(self) -> None:
        """List the devices again without disturbing open cameras (up to 1 s an interface).

        Each search holds the GIL, and with it the other cameras of this process: where there
        are some, a search that follows the last one too closely is left out.
        """
        with self.lock:
            begin_s = self._clock()
            if self._shared and begin_s < self._next_scan_s:
                return
            for interface in self.harvester._ifaces:  # noqa: SLF001  # update() would end all streams
                try:
                    interface.module.update_device_info_list(self._scan_timeout_ms)
                except GENTL_ERRORS as error:
                    _log.warning(
                        "%s: an interface cannot be scanned: %s", self.cti, self.describe(error)
                    )
            self._list()
            end_s = self._clock()
            self._next_scan_s = end_s + (end_s - begin_s) * (_SHARED_SCAN_PART - 1)

    def devices(self, *, addresses: bool = False) -> tuple[DeviceInfo, ...]:
        """Return the devices of the last scan; with ``addresses`` those of GigE cameras, too."""
        with self.lock:
            if addresses:
                return tuple(self.with_addresses(info, raw) for info, raw in self._devices)
            return tuple(info for info, _ in self._devices)

    def find(self, selector: str, camera: str = "") -> tuple[DeviceInfo, Any] | None:
        """Return device and Harvesters' DeviceInfo that ``selector`` means, None if not seen.

        ``selector``: a serial number, or "id:" and a device ID. Raises CameraAmbiguousError
        for ``camera`` where several devices have the serial number.
        """
        with self.lock:
            found = matching_devices((info for info, _ in self._devices), selector)
            if len(found) > 1:
                choices = tuple(info.selector for info in found)
                raise CameraAmbiguousError(camera or selector, selector, choices)
            for info, raw in self._devices:
                if info in found:
                    return info, raw
        return None

    def device(self, selector: str) -> DeviceInfo:
        """Return what is known of a camera; only what it was asked for, if it was never seen."""
        with self.lock:
            found = matching_devices((info for info, _ in self._devices), selector)
            found = found or matching_devices(self._seen.values(), selector)
        if found:
            return found[0]
        by_id = selector.startswith(ID_PREFIX)
        return DeviceInfo(
            self.cti,
            serial="" if by_id else selector,
            device_id=selector[len(ID_PREFIX) :] if by_id else "",
        )

    def was_seen(self, selector: str) -> bool:
        """Return whether any scan of this process has listed a device that ``selector`` means."""
        with self.lock:
            return bool(matching_devices(self._seen.values(), selector))

    def with_addresses(self, info: DeviceInfo, raw_info: Any) -> DeviceInfo:
        """Return ``info`` with the addresses that the interface's node map has, if any."""
        if info.tl_type.upper() != "GEV":
            return info
        node_map = getattr(raw_info.parent, "node_map", None)
        try:
            with self.lock:
                address, networks = read_addresses(node_map, info.device_id)
        except GENTL_ERRORS as error:
            _log.debug("%s: addresses cannot be read: %s", self.cti, self.describe(error))
            return info
        return replace(info, address=address, networks=networks)

    def close(self) -> None:
        """Release the producer; cameras must be closed before."""
        with self.lock:
            self._devices.clear()
            harvester, self._harvester = self._harvester, None
            if harvester is None:
                return
            try:
                harvester.reset()
            except GENTL_ERRORS as error:
                _log.warning("%s: closing failed: %s", self.cti, self.describe(error))

    def note_repair(self, serial: str, repairs: str) -> bool:
        """Return whether a repair of a camera's XML is news; an attempt each second is none."""
        with self.lock:
            news = self._repairs.get(serial) != repairs
            self._repairs[serial] = repairs
            return news

    def describe(self, error: BaseException) -> str:
        """Return one readable line for an exception of this producer."""
        return describe_error(error, self.text_encoding)

    def _list(self) -> None:
        from harvesters.core import DeviceInfo as HarvestersDeviceInfo

        raw_infos = [
            HarvestersDeviceInfo(module=raw, parent=interface)
            for interface in self.harvester._ifaces  # noqa: SLF001  # no public place
            for raw in interface.module.device_info_list
        ]
        infos = with_selectors(self._device_info(r.module, r.parent) for r in raw_infos)
        self._devices = list(zip(infos, raw_infos, strict=True))
        for info in infos:
            # By device ID: a camera that has another one since is listed under both.
            self._seen[info.device_id or info.selector] = info

    def _device_info(self, raw: Any, interface: Any) -> DeviceInfo:
        access = self._property(raw, "access_status")
        info = DeviceInfo(
            cti=self.cti,
            serial=self._text(raw, "serial_number").strip(),
            vendor=self._text(raw, "vendor"),
            model=self._text(raw, "model"),
            tl_type=self._text(raw, "tl_type"),
            user_name=self._text(raw, "user_defined_name"),
            version=self._text(raw, "version"),
            interface=self._text(interface, "id_"),
            access=_NO_ACCESS.get(access, "ok") if isinstance(access, int) else "ok",
            device_id=self._text(raw, "id_"),
        )
        if info.user_name:
            return info
        return replace(info, user_name=user_name_in(self._text(raw, "display_name"), info))

    def _text(self, raw: Any, name: str) -> str:
        return str(self._property(raw, name) or "")

    def _property(self, raw: Any, name: str) -> Any:
        # Most producers do not implement some.
        value = value_or(None, lambda: getattr(raw, name))
        return decode_text(value, self.text_encoding) if isinstance(value, str) else value
