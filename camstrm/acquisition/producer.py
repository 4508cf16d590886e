"""GentlProducer: one .cti under Harvesters, with the devices it sees."""

from __future__ import annotations

import logging
import threading
from typing import Any

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.acquisition.error_text import decode_text
from camstrm.acquisition.gentl_errors import GENTL_ERRORS, describe_error
from camstrm.acquisition.gentl_library import GentlLibrary
from camstrm.acquisition.module_nodes import ask_only_cameras_for_xml
from camstrm.acquisition.producer_check import check_file, missing_symbols, not_a_producer
from camstrm.errors import ProducerError

__all__ = ["GentlProducer"]

_log = logging.getLogger(__name__)

_NO_ACCESS = {3: "no access", 4: "busy"}
"""DEVICE_ACCESS_STATUS of GenTL; other values of real producers are not reliable."""


class GentlProducer:
    """One loaded producer; one per process and .cti (a second one would see no device).

    Harvesters' ``update()`` destroys every open camera, so it runs once, at
    :meth:`open`; :meth:`rescan` asks the open interfaces instead. Methods may be called
    from several threads: they hold a lock.
    """

    def __init__(
        self, cti: str, *, text_encoding: str = "gbk", scan_timeout_ms: int = 1000
    ) -> None:
        self.cti = cti
        self.text_encoding = text_encoding
        self.lock = threading.RLock()
        self._scan_timeout_ms = scan_timeout_ms
        self._harvester: Any = None
        self._library: GentlLibrary | None = None
        self._devices: list[tuple[DeviceInfo, Any]] = []
        self._repairs: dict[str, str] = {}  # what the log said of a camera's XML, by serial

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
            self._harvester.add_file(self.cti)
            try:
                self._harvester.update()
            except GENTL_ERRORS as error:
                raise ProducerError(
                    self.cti,
                    f"its cameras cannot be listed: {self.describe(error)}",
                ) from error
            if not self._harvester._systems:  # noqa: SLF001  # no public name tells a failed open
                raise ProducerError(
                    self.cti,
                    "it loads, but its GenTL system cannot be opened",
                    "Another program may hold it, or the maker's environment is not set",
                )
            self._list()

    def rescan(self) -> None:
        """List the devices again without disturbing open cameras (up to 1 s an interface)."""
        with self.lock:
            for interface in self.harvester._ifaces:  # noqa: SLF001  # update() would end all streams
                try:
                    interface.module.update_device_info_list(self._scan_timeout_ms)
                except GENTL_ERRORS as error:
                    _log.warning(
                        "%s: an interface cannot be scanned: %s", self.cti, self.describe(error)
                    )
            self._list()

    def devices(self) -> tuple[DeviceInfo, ...]:
        """Return the devices of the last scan."""
        with self.lock:
            return tuple(info for info, _ in self._devices)

    def find(self, serial: str) -> tuple[DeviceInfo, Any] | None:
        """Return device and Harvesters' DeviceInfo of a serial number, None if not seen."""
        with self.lock:
            for info, raw in self._devices:
                if info.serial == serial:
                    return info, raw
        return None

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

        self._devices = [
            (self._device_info(raw, interface), HarvestersDeviceInfo(module=raw, parent=interface))
            for interface in self.harvester._ifaces  # noqa: SLF001
            for raw in interface.module.device_info_list
        ]

    def _device_info(self, raw: Any, interface: Any) -> DeviceInfo:
        access = self._property(raw, "access_status")
        return DeviceInfo(
            cti=self.cti,
            serial=str(self._property(raw, "serial_number") or ""),
            vendor=str(self._property(raw, "vendor") or ""),
            model=str(self._property(raw, "model") or ""),
            tl_type=str(self._property(raw, "tl_type") or ""),
            user_name=str(self._property(raw, "user_defined_name") or ""),
            version=str(self._property(raw, "version") or ""),
            interface=str(self._property(interface, "id_") or ""),
            access=_NO_ACCESS.get(access, "ok") if isinstance(access, int) else "ok",
        )

    def _property(self, raw: Any, name: str) -> Any:
        try:
            value = getattr(raw, name, None)
        except GENTL_ERRORS:
            # A property that the producer does not implement; most lack some.
            return None
        return decode_text(value, self.text_encoding) if isinstance(value, str) else value
