"""Camera: open by serial number or device id, start, stop, close one camera under Harvesters."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.features.access import read_feature, read_positive, write_feature
from camstrm.acquisition.features.camera_xml import RefusedXmlError
from camstrm.acquisition.features.description import CameraDescription, describe_camera
from camstrm.acquisition.features.frame_rate import FrameRate, read_frame_rate, waits_for_triggers
from camstrm.acquisition.gentl.binding import gentl
from camstrm.acquisition.gentl.errors import GENTL_ERRORS, camera_errors, value_or
from camstrm.acquisition.gentl.harvesters_device import (
    UnopenedDevice,
    close_device,
    forget_acquirer,
)
from camstrm.acquisition.gentl.module_nodes import CommandlessNodes, xml_file, xml_repairs
from camstrm.acquisition.gentl.port import RegisterPort
from camstrm.acquisition.gentl.producer import GentlProducer
from camstrm.acquisition.open_mark import OpenMark
from camstrm.acquisition.stream.drain import StreamHandles
from camstrm.acquisition.stream.payload import implausible_payload
from camstrm.acquisition.worker.diagnosis import why_not_opened
from camstrm.errors import (
    CameraError,
    CameraNotFoundError,
    CameraUnreachableError,
    CameraXmlError,
)

__all__ = ["Camera"]

_log = logging.getLogger(__name__)


class Camera:
    """One camera of a producer: open, (configure,) start, stop, close.

    Not to be made in the main thread: Harvesters' acquirer replaces the SIGINT handler
    there. Every method raises CameraError and its kin only.

    One thread opens, starts and closes it; another may use the node map while it is open.
    """

    def __init__(
        self,
        producer: GentlProducer,
        serial: str,
        *,
        name: str = "",
        preopen_bypass: bool = True,
        local_teardown: Mapping[str, int] | None = None,
    ) -> None:
        """Name a camera of ``producer`` by its serial number, or by "id:" and its device ID.

        ``preopen_bypass``: see :class:`UnopenedDevice`. ``local_teardown``: nodes of the
        local device node map to set before closing a camera that no longer answers.
        """
        self.serial = serial
        self.name = name or serial
        self.lock = threading.RLock()
        """Held by whoever uses the node map, also by every method here that does. Two threads on
        one node map stand still for ever, see :class:`RegisterPort`."""
        self.info = producer.device(serial)
        self._producer = producer
        self._preopen_bypass = preopen_bypass
        self._local_teardown = dict(local_teardown or {})
        self._acquirer: Any = None
        """Harvesters' ImageAcquirer while the camera is open."""
        self._port: RegisterPort | None = None
        """What the node map reads and writes registers with; None before it is open."""
        self._mark: OpenMark | None = None
        """Shows camstrm's other commands that it is open."""

    @property
    def node_map(self) -> Any:
        """The remote device's node map; the camera is open."""
        nodes = self._acquirer.remote_device.node_map
        return nodes.node_map if isinstance(nodes, CommandlessNodes) else nodes

    def remembering(self) -> AbstractContextManager[None]:
        """Read each register once during the body, see RegisterPort; the camera is open."""
        assert self._port is not None
        return self._port.remembering()

    def description(self) -> CameraDescription:
        """Return what the XML says of the camera's features; the camera is open.

        The first time for an XML it takes 40 ms for each MB. Needs no lock and reads no register.
        """
        with self._errors("reading its XML"):
            try:
                return describe_camera(xml_file(self._acquirer.remote_device))
            except RefusedXmlError as error:
                raise CameraXmlError(self.name, error.detail, error.line) from None

    @property
    def stream_node_map(self) -> Any:
        """The data stream's node map, None where the producer has none."""
        return getattr(self._stream, "node_map", None) if self._acquirer.data_streams else None

    @property
    def _stream(self) -> Any:
        return self._acquirer.data_streams[0]

    def open(self) -> None:
        """Open the camera with exclusive access and check that it is the one wanted.

        A camera that cannot be opened is looked for again: it may have another device ID
        since it was plugged in elsewhere or got another address.
        """
        found = self._producer.find(self.serial, self.name)
        if found is None:
            self._attempt("looking for it", self._producer.rescan)
            found = self._producer.find(self.serial, self.name)
        if found is None:
            raise self._not_listed()
        try:
            self._open(*found)
        except CameraXmlError:
            raise
        except CameraError as error:
            self._open_elsewhere(error)
        try:
            self._prepare_node_map()
            self._check_serial()
        except BaseException:
            self.close(answers=True)
            raise
        self._mark = OpenMark(self._producer.cti, self.info.selector)

    def start(self, num_buffers: int) -> StreamHandles:
        """Announce ``num_buffers`` buffers, start the acquisition, return the handles."""
        with self.lock, self._errors("starting the acquisition"):
            self._acquirer.num_buffers = max(num_buffers, self._acquirer.min_num_buffers)
            self._acquirer.start()
            # The one public-looking place of the event handle is a private dictionary.
            (monitor, *_) = self._acquirer._new_buffer_event_monitor_dict.values()  # noqa: SLF001
            return StreamHandles(
                stream=int(self._stream.module._handle),  # noqa: SLF001  # DS_HANDLE
                event=int(monitor.handle),
            )

    def stop(self) -> None:
        """Stop the acquisition and free its buffers; the camera stays open."""
        with self.lock, self._errors("stopping the acquisition"):
            self._acquirer.stop()

    def abandon_start(self) -> None:
        """Free what a start that failed has left behind, so that it can be tried again."""
        with self.lock:
            self._attempt("stopping", self._acquirer.stop)
            # Harvesters leaves announced buffers of a stream that did not start.
            release = self._acquirer._release_buffers  # noqa: SLF001  # no public way
            self._attempt("freeing the buffers", release)

    @property
    def register_writes(self) -> int:
        """How many registers were written since it was opened; asked with the lock."""
        return self._port.writes if self._port is not None else 0

    def interrupt(self, thread: int) -> None:
        """Let a thread (``threading.get_ident``) that uses the node map fail as soon as it can.

        Whoever is to close the camera then gets the lock. Any thread may call this.
        """
        if self._port is not None:
            self._port.interrupt(thread)

    def close(self, *, answers: bool) -> None:
        """Stop and release the camera; never raises.

        ``answers`` False is for a camera that is gone: a plain stop would first wait for
        registers that nobody answers and leave the producer wedged, so the stream is
        killed first. May block for seconds in the producer (4 s were seen).
        """
        if self._acquirer is None:
            return
        # In this order, so that who waits for a slow camera does not hold up all others.
        with self.lock, self._producer.lock:
            self._release(answers)
        if self._mark is not None:
            self._mark.close()
            self._mark = None
        # Harvesters' objects refer to each other; they hold the buffers and the node maps.
        # 8 ms, where the collector's own pace would leave several openings' worth.
        gc.collect()

    def report_loss(self, percent: int) -> None:
        """Let camstrm's other commands know how many frames in a hundred come incomplete."""
        if self._mark is not None:
            self._mark.report_loss(percent)

    def payload_size(self, size: tuple[int, int] | None = None, format_code: int = 0) -> int:
        """Return the bytes of one buffer; CameraError for a number that cannot be true.

        ``size`` (:meth:`image_size`) and ``format_code`` spare their registers.
        """
        with self.lock, self._errors("reading the payload size"):
            if self._stream.defines_payload_size():
                payload = int(self._stream.payload_size)
            else:
                read = read_feature(self.node_map, "PayloadSize", encoding=self._encoding)
                if not isinstance(read.value, int):
                    raise CameraError(self.name, f"its payload size is not known: {read.reason}")
                payload = read.value
            width, height = self.image_size() if size is None else size
            format_code = format_code or self.pixel_format_code()
            problem = implausible_payload(payload, width, height, format_code)
            if problem:
                raise CameraError(self.name, problem)
            return payload

    def frame_rate(self) -> FrameRate:
        """Return what the camera says of the time between two frames."""
        return read_frame_rate(self.node_map)

    def image_size(self) -> tuple[int, int]:
        """Return the node map's Width and Height in pixels, 0 where it does not have them."""
        width, height = (int(read_positive(self.node_map, name)) for name in ("Width", "Height"))
        return (width, height) if width and height else (0, 0)

    def timestamp_frequency(self) -> int:
        """Return the ticks a second of the camera's clock, 0 where unknown.

        GenTL's DEVICE_INFO_TIMESTAMP_FREQUENCY, else SFNC's GevTimestampTickFrequency (ticks
        a second) or the TimestampIncrement of USB3 Vision cameras (nanoseconds a tick).
        """
        module = self._acquirer.device.module
        frequency = value_or(0, lambda: int(module.timestamp_frequency))
        if frequency > 0:
            return frequency
        ticks = read_positive(self.node_map, "GevTimestampTickFrequency")
        increment = read_positive(self.node_map, "TimestampIncrement")
        return int(ticks or (increment and 1_000_000_000 // increment))

    def pixel_format_code(self) -> int:
        """Return the PFNC code of the node map's PixelFormat, 0 where it cannot be read."""
        return value_or(0, lambda: int(self.node_map.PixelFormat.get_int_value()))

    def heartbeat_s(self) -> float:
        """Return for how many seconds the camera stays locked if this process dies; 0: unknown.

        SFNC: GevHeartbeatTimeout in milliseconds, DeviceLinkHeartbeatTimeout in microseconds.
        """
        milliseconds = read_positive(self.node_map, "GevHeartbeatTimeout")
        microseconds = read_positive(self.node_map, "DeviceLinkHeartbeatTimeout")
        return milliseconds / 1e3 or microseconds / 1e6

    def is_triggered(self) -> bool:
        """Return whether the camera waits for triggers, so that silence is no fault."""
        return waits_for_triggers(self.node_map)

    def _release(self, answers: bool) -> None:
        acquirer, self._acquirer = self._acquirer, None
        if not answers:
            local = getattr(acquirer.device, "node_map", None)
            for name, value in self._local_teardown.items() if local is not None else ():
                self._attempt("shortening the teardown", write_feature, local, name, value)
            for stream in list(acquirer.data_streams):
                self._attempt(
                    "killing the stream",
                    stream.stop_acquisition,
                    gentl.ACQ_STOP_FLAGS_LIST.ACQ_STOP_FLAGS_KILL,
                )
        adapter = getattr(acquirer, "_chunk_adapter", None)
        self._attempt("stopping", acquirer.stop)
        self._attempt("releasing", acquirer.destroy)
        self._attempt("forgetting", forget_acquirer, acquirer, adapter)
        acquirers = self._producer.harvester.image_acquirers
        if acquirer in acquirers:
            acquirers.remove(acquirer)

    def _create(self, raw_info: Any) -> Any:
        from harvesters.core import Device, ParameterKey, ParameterSet

        module, parent = raw_info.create_device(), raw_info.parent
        device = (
            UnopenedDevice(module, parent)
            if self._preopen_bypass
            else Device(module=module, parent=parent)
        )
        config = ParameterSet({ParameterKey.ENABLE_AUTO_CHUNK_DATA_UPDATE: False})
        create = self._producer.harvester._create_acquirer  # noqa: SLF001  # see UnopenedDevice
        try:
            return create(device_proxy=device, config=config)
        except RefusedXmlError as error:
            self._attempt("closing after a failed opening", close_device, module)
            raise CameraXmlError(self.name, error.detail, error.line) from None
        except BaseException:
            # Harvesters leaves the device open when what follows its opening fails (a broken
            # XML); the camera would be in use for as long as anybody refers to the error.
            self._attempt("closing after a failed opening", close_device, module)
            raise

    def _open(self, info: DeviceInfo, raw_info: Any) -> None:
        self.info = info
        with self._errors("opening it"), self._producer.lock:
            self._acquirer = self._create(raw_info)

    def _not_listed(self) -> CameraError:
        if self._producer.was_seen(self.serial):
            problem = "the producer no longer lists it"
            return CameraUnreachableError(self.name, problem, bus=self.info.tl_type)
        choices = tuple(device.selector for device in self._producer.devices())
        return CameraNotFoundError(self.name, self.serial, choices, self._producer.cti)

    def _open_elsewhere(self, failure: CameraError) -> None:
        """Look again for a camera that could not be opened, and open it where it is now.

        Raises CameraError with the reason if it has not moved, or cannot be opened there.
        """
        tried = self.info
        self._attempt("looking for it again", self._producer.rescan)
        found = self._producer.find(self.serial, self.name)
        if found is not None and found[0].device_id != tried.device_id:
            try:
                self._open(*found)
            except CameraError as error:
                failure = error
            else:
                return
        device = None if found is None else self._producer.with_addresses(*found)
        reason = why_not_opened(failure, device, bus=self.info.tl_type)
        if reason is failure:
            raise failure
        raise reason from failure

    def _prepare_node_map(self) -> None:
        remote = self._acquirer.remote_device
        node_map = remote.node_map
        self._port = RegisterPort(
            self._producer.library,
            int(remote.port.handle),
            self.name,
            text_encoding=self._encoding,
        )
        with self._errors("connecting its node map"):
            # In place of Harvesters' own.
            node_map.connect(self._port, str(remote.port.name))
        remote._node_map = CommandlessNodes(node_map)  # noqa: SLF001  # no public way
        repairs = "; ".join(xml_repairs(remote))
        if repairs and self._producer.note_repair(self.serial, repairs):
            _log.info("camera %s: its XML had to be repaired: %s", self.name, repairs)

    def _check_serial(self) -> None:
        """Raise CameraError if the transport layer has opened another camera.

        Its own serial number of the opened device decides. What the node map says is another
        module's word (decimal for hexadecimal, with a prefix, the same for all cameras), see
        :meth:`node_serial`.
        """
        opened = self._gentl_serial()
        wanted = self.info.serial
        if opened and wanted and not _same_number(opened, wanted):
            raise CameraError(
                self.name, f"opened for serial number {wanted!r}, but it is {opened!r}"
            )

    def node_serial(self) -> str:
        """Return what the node DeviceSerialNumber says, empty where it agrees or is not there."""
        number = read_feature(self.node_map, "DeviceSerialNumber").value
        if number in (None, "") or not self.info.serial or _same_number(number, self.info.serial):
            return ""
        return str(number)

    def _gentl_serial(self) -> str | None:
        return value_or(None, lambda: str(self._acquirer.device.module.serial_number))

    def _errors(self, doing: str) -> AbstractContextManager[None]:
        return camera_errors(self.name, doing, self._encoding)

    @property
    def _encoding(self) -> str:
        return self._producer.text_encoding

    def _attempt(self, doing: str, call: Any, *arguments: Any) -> None:
        try:
            call(*arguments)
        except GENTL_ERRORS as error:
            _log.debug("camera %s: %s: %s", self.name, doing, self._producer.describe(error))
        except Exception:  # noqa: BLE001  # Harvesters trips over its half-closed objects
            _log.debug("camera %s: %s", self.name, doing, exc_info=True)


def _same_number(one: object, other: object) -> bool:
    """Compare serial numbers; some node maps leave out leading zeros, or fill up with blanks."""
    first, second = (str(number).strip().lstrip("0").casefold() for number in (one, other))
    return first == second
