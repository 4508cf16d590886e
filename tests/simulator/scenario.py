"""Scenarios of the simulator: which interfaces and cameras there are.

The file that ``CAMSIM_SCENARIO`` names has lines ``key = value`` in sections
``[simulator]`` (once), ``[interface ID]`` and ``[camera SERIAL]``; ``#`` begins a comment
line, quotes keep blanks at the ends of a value. :meth:`Scenario.write` writes one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.simulator.control import CameraControl

__all__ = ["CameraSpec", "InterfaceSpec", "Scenario", "reference_cameras"]

VARIABLE = "CAMSIM_SCENARIO"


@dataclass(frozen=True)
class CameraSpec:
    """One camera.

    ``bus``: U3V, GEV or Custom. ``flavour``: hikrobot, flir, flir-old or generic: how its
    features are named. ``width``, ``height``: sensor in pixels, multiples of 16.
    ``frame_rate``: 1/s, the most that it reaches at full size. ``formats``: PixelFormat
    entries (PFNC names or makers' symbols), the first is the factory's.
    ``link_bytes_per_s``: 0 is what its bus has, and enough for ``frame_rate``.
    ``interface``: where it is plugged in (empty: one that belongs to its bus).
    ``producer``: file name of the .cti under which it is seen (empty: any).
    ``heartbeat_ms``: how long a GEV camera stays locked after its user crashed.
    ``control_timeout_ms``, ``control_retries``: a register access to a camera that is gone
    blocks for timeout x (retries + 1). ``frame_id_bits``: 16 for GigE Vision 1.x.
    ``grain``: noise of the picture in grey levels, up or down, as a real one is hard to
    compress (the stamp has none). ``optics``: a motorised lens (FocusStepper, sharp at 620) and a
    DeviceIndicatorMode; exposure, gain, black level and white balance change the picture, which has
    a chart of stripes. ``more_features``: integers that do nothing, as a real camera
    has hundreds.

    ``serial`` is the section's name, and what knobs and device id are named after.
    ``told_serial``: what the transport layer says: "same", "none" (it cannot be asked),
    "empty" or another text. ``node_serial``: what the node DeviceSerialNumber says, "same"
    or another text; ``node_serial_type``: string or integer. ``display_name``: empty is
    vendor, model and serial. ``user_name_query``: whether the transport layer knows the
    user-defined name. ``access_status``: a DEVICE_ACCESS_STATUS that is reported while the
    camera is free; 0 is the true one.

    ``size_info``: whether buffers tell their width and height. ``timestamps``: "ns", or
    "ticks" for TIMESTAMP without TIMESTAMP_NS. ``timestamp_frequency``: ticks in a second.

    ``ip_address``, ``subnet_mask``: of a GEV camera, shown by the interface's node map; each
    move adds 1 to the address. Outside its interface's subnet the camera is listed and cannot
    be opened (ACCESS_DENIED).

    ``xml_file``: the camera's XML, its bytes as they are, instead of the flavour's.
    ``memory_file``: what its registers hold, lines "address bytes" in hex; all others read 0,
    and all can be written. The picture is still that of ``width``, ``height``, the first of
    ``formats`` and ``frame_rate``, whatever is written: it is DSStartAcquisition that starts
    such a camera, and DSStopAcquisition that stops it.
    """

    serial: str
    vendor: str = "camstrm"
    model: str = "Simulated"
    version: str = "1.0.0"
    user_name: str = ""
    interface: str = ""
    producer: str = ""
    bus: str = "U3V"
    flavour: str = "generic"
    width: int = 640
    height: int = 480
    frame_rate: float = 30.0
    link_bytes_per_s: float = 0.0
    formats: tuple[str, ...] = ("Mono8",)
    heartbeat_ms: int = 3000
    control_timeout_ms: int = 500
    control_retries: int = 3
    frame_id_bits: int = 64
    zipped_xml: bool = False
    grain: int = 0
    more_features: int = 0
    optics: bool = False
    told_serial: str = "same"
    node_serial: str = "same"
    node_serial_type: str = "string"
    display_name: str = ""
    user_name_query: bool = True
    access_status: int = 0
    size_info: bool = True
    timestamps: str = "ns"
    timestamp_frequency: int = 1_000_000_000
    ip_address: str = ""
    subnet_mask: str = "255.255.255.0"
    xml_file: str | Path = ""
    memory_file: str | Path = ""


@dataclass(frozen=True)
class InterfaceSpec:
    """One interface, also one without a camera.

    ``search_ms``: how long each search for devices takes. ``ip_address``, ``subnet_mask``:
    shown by the node map of a GEV interface if it or any camera has an address.
    """

    id: str
    display_name: str = ""
    bus: str = "U3V"
    search_ms: int = 0
    ip_address: str = ""
    subnet_mask: str = "255.255.255.0"


@dataclass(frozen=True)
class Scenario:
    """Cameras and interfaces.

    ``gbk_errors``: all error texts are GBK. ``module_xml``: whether system, interfaces,
    devices and streams have an XML; the cameras always do.
    """

    cameras: tuple[CameraSpec, ...]
    interfaces: tuple[InterfaceSpec, ...] = ()
    vendor: str = "camstrm"
    gbk_errors: bool = False
    module_xml: bool = True

    def write(self, folder: Path) -> RunnableScenario:
        """Write ``scenario.ini`` and an empty folder ``control`` below ``folder``."""
        control = folder / "control"
        control.mkdir(parents=True, exist_ok=True)
        head = {
            "control": control,
            "vendor": self.vendor,
            "gbk_errors": self.gbk_errors,
            "module_xml": self.module_xml,
        }
        sections = [_section("[simulator]", head)]
        for interface in self.interfaces:
            keys = dataclasses.asdict(interface)
            keys["display_name"] = interface.display_name or interface.id
            sections.append(_section(f"[interface {keys.pop('id')}]", keys))
        for camera in self.cameras:
            keys = dataclasses.asdict(camera)
            sections.append(_section(f"[camera {keys.pop('serial')}]", keys))
        path = folder / "scenario.ini"
        path.write_text("\n".join(sections), encoding="utf-8")
        return RunnableScenario(path, control)


@dataclass(frozen=True)
class RunnableScenario:
    """A written scenario: what a process needs to load it, and its knobs."""

    path: Path
    control_folder: Path

    @property
    def variables(self) -> dict[str, str]:
        """Environment of the processes that load the simulator."""
        return {VARIABLE: str(self.path)}

    def control(self, serial: str) -> CameraControl:
        """Open the knobs of a camera; close them again (``with``)."""
        return CameraControl(self.control_folder, serial)

    def interface_control(self, interface: str) -> CameraControl:
        """Open the knobs of an interface (``open_fails``)."""
        return CameraControl(self.control_folder, f"interface-{interface}")


NETWORK_CAMERA = CameraSpec(
    "A1",
    bus="GEV",
    flavour="hikrobot",
    frame_rate=250.0,
    control_timeout_ms=20,
    control_retries=1,
)
"""A GigE camera whose control channel gives up soon."""


def reference_cameras() -> tuple[CameraSpec, ...]:
    """Two Hikrobot cameras 640x480 at 400 fps and a FLIR camera 2656x2304 at 60 fps."""
    small = CameraSpec(
        "DA0000001",
        vendor="Hikrobot",
        model="MV-CA003-50UC",
        flavour="hikrobot",
        frame_rate=400.0,
        formats=("BayerRG8", "Mono8"),
    )
    large = CameraSpec(
        "20000001",
        vendor="FLIR",
        model="Blackfly S BFS-U3-61S4C",
        flavour="flir",
        width=2656,
        height=2304,
        frame_rate=60.0,
        formats=("BayerRG8", "Mono8"),
    )
    return small, dataclasses.replace(small, serial="DA0000002"), large


def _section(head: str, keys: Mapping[str, object]) -> str:
    lines = [head]
    for key, value in keys.items():
        if isinstance(value, bool):
            text = "yes" if value else "no"
        elif isinstance(value, tuple):
            text = " ".join(value)
        else:
            text = str(value)
        if "\n" in text:
            raise ValueError(f"{key} must be one line, not {text!r}")
        if text != text.strip() or text.startswith('"'):
            text = f'"{text}"'  # the reader takes the quotes away again
        lines.append(f"{key} = {text}")
    return "\n".join(lines) + "\n"
