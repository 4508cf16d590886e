"""Facts about this machine for a bug report: versions, limits, USB, network, services."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from camstrm import __version__
from camstrm.acquisition.kernel_file import read_text

__all__ = ["environment", "network", "services", "usb", "versions"]

_UNITS = ("camstrm-bridge.service", "camstrm-bridge.socket", "camstrm-grab.service")
_UNIT_FACTS = "Id,LoadState,ActiveState,SubState,Result,ExecMainStatus,NRestarts,MemoryCurrent"
_SYSTEMCTL_S = 5.0
"""Longest wait for systemd."""

_SHOWN_VARIABLES = (
    "GENICAM_",
    "GENTL",
    "CAMSTRM_",
    "MVCAM_",
    "SPINNAKER_",
    "HARVESTERS_",
    "PYTHON",
)
_ALSO_SHOWN = ("LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_RUNTIME_DIR")

_SYSCTLS = (
    "net/core/rmem_max",
    "net/core/rmem_default",
    "net/core/netdev_max_backlog",
    "net/ipv4/conf/all/rp_filter",
    "fs/file-max",
    "kernel/sched_rt_runtime_us",
)


def versions() -> dict[str, object]:
    """Return the versions of camstrm, Python, its packages, kernel and distribution."""
    system = platform.uname()
    packages = {
        str(found.metadata["Name"]): found.version for found in importlib.metadata.distributions()
    }
    return {
        "camstrm": __version__,
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "executable": sys.executable,
        "kernel": f"{system.system} {system.release} {system.version}",
        "machine": system.machine,
        "distribution": _distribution(),
        "libc": " ".join(platform.libc_ver()),
        "processors": os.cpu_count(),
        "memory": _line_of("/proc/meminfo", "MemTotal"),
        "processor": _line_of("/proc/cpuinfo", "model name"),
        "container": Path("/.dockerenv").exists() or Path("/run/.containerenv").exists(),
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "packages": dict(sorted(packages.items(), key=lambda item: item[0].lower())),
    }


def environment(environ: Mapping[str, str]) -> dict[str, object]:
    """Return the variables that change what camstrm does, limits and kernel settings."""
    shown = {
        name: value
        for name, value in sorted(environ.items())
        if name.startswith(_SHOWN_VARIABLES) or name in _ALSO_SHOWN
    }
    settings = {name: read_text(Path("/proc/sys") / name).strip() for name in _SYSCTLS}
    limits = read_text(Path("/proc/self/limits")).splitlines()
    return {"variables": shown, "kernel": settings, "limits": limits}


def usb(root: Path = Path("/")) -> dict[str, object]:
    """Return the USB devices without their serial numbers and names: keyboards are among them."""
    devices = []
    for folder in sorted((root / "sys/bus/usb/devices").glob("[0-9u]*")):
        facts = {
            name: text
            for name in ("idVendor", "idProduct", "speed", "version", "bMaxPower")
            if (text := read_text(folder / name).strip())
        }
        if facts:
            devices.append({"path": folder.name, **facts})
    memory = read_text(root / "sys/module/usbcore/parameters/usbfs_memory_mb").strip()
    return {"usbfs_memory_mb": memory, "devices": devices}


def network(root: Path = Path("/")) -> list[dict[str, object]]:
    """Return the network interfaces: what matters to GigE cameras, no addresses."""
    found: list[dict[str, object]] = []
    for folder in sorted((root / "sys/class/net").glob("*")):
        facts: dict[str, object] = {
            name: read_text(folder / name).strip()
            for name in ("mtu", "speed", "duplex", "operstate")
        }
        for name in ("rx_dropped", "rx_errors", "rx_missed_errors", "rx_fifo_errors"):
            facts[name] = read_text(folder / "statistics" / name).strip()
        facts["rp_filter"] = read_text(
            root / f"proc/sys/net/ipv4/conf/{folder.name}/rp_filter"
        ).strip()
        driver = folder / "device/driver"
        facts["driver"] = driver.resolve().name if driver.exists() else ""
        found.append({"name": folder.name, **facts})
    return found


def services() -> str:
    """Return what systemd says of camstrm's units; a sentence where there is no systemd."""
    if shutil.which("systemctl") is None:
        return "There is no systemctl here.\n"
    texts = []
    for scope in ("--system", "--user"):
        try:
            done = subprocess.run(
                ["systemctl", scope, "show", f"--property={_UNIT_FACTS}", *_UNITS],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SYSTEMCTL_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            texts.append(f"systemctl {scope}: {error}\n")
            continue
        texts.append(f"systemctl {scope}:\n{done.stdout}{done.stderr}\n")
    return "\n".join(texts)


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


def _line_of(file: str, key: str) -> str:
    for line in read_text(Path(file)).splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""
