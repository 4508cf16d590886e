"""A fake / with the kernel's files about USB devices, processes and interfaces."""

from __future__ import annotations

from pathlib import Path

from camstrm.cli.checks.usb import UsbCameras
from camstrm.profiles import load_profiles

__all__ = ["add_interface", "add_process", "add_route", "plug_in", "usb_cameras", "write_files"]


def write_files(root: Path, files: dict[str, str]) -> Path:
    """Write files below ``root``; return it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def plug_in(root: Path, folder: str = "2-1", *, node: bool = True, **values: str) -> Path:
    """Plug in a USB camera (a Hikrobot by default); return its device node."""
    facts = {"idVendor": "2bdf", "serial": "DA123", "speed": "5000", "busnum": "2", "devnum": "7"}
    facts.update(values)
    place = f"sys/bus/usb/devices/{folder}"
    write_files(root, {f"{place}/{name}": f"{text}\n" for name, text in facts.items()})
    device = "dev/bus/usb/002/007"
    if node:
        write_files(root, {device: ""})
    return root / device


def usb_cameras(root: Path) -> UsbCameras:
    """Return the cameras that were plugged in, as the shipped profiles know them."""
    return UsbCameras(load_profiles().values(), root)


def add_process(
    root: Path, pid: int, comm: str, *, cmdline: str = "", opened: str = "", mapped: str = ""
) -> None:
    """Add a process that has a file open, or a library loaded."""
    place = f"proc/{pid}"
    maps = f"7f00-7f01 r-xp 00000000 08:01 42    {mapped}\n" if mapped else ""
    write_files(
        root, {f"{place}/comm": comm, f"{place}/cmdline": cmdline, f"{place}/maps": "0-1\n" + maps}
    )
    (root / place / "fd").mkdir()
    if opened:
        (root / place / "fd/5").symlink_to(opened)


def add_interface(
    root: Path, name: str, mtu: int, *, rp_filter: int = 0, real: bool = True, mbit: int = 1000
) -> None:
    """Add a network interface; ``real``: with a device."""
    place = f"sys/class/net/{name}"
    files = {
        f"{place}/mtu": str(mtu),
        f"{place}/speed": str(mbit),
        f"proc/sys/net/ipv4/conf/{name}/rp_filter": str(rp_filter),
    }
    write_files(root, files)
    if real:
        (root / place / "device").mkdir()


def add_route(root: Path, interface: str) -> None:
    """Make 192.168.7.0/24 reachable through ``interface``, and nothing else."""
    route = f"{interface}\t0007A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
    write_files(root, {"proc/net/route": f"Iface\tDestination\n{route}"})
