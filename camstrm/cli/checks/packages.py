"""The Python packages that camstrm's parts need."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import sys
from collections.abc import Iterator

from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.install import install_command

__all__ = ["HARVESTERS", "extra_with", "package_findings"]

HARVESTERS = "1.4.3"
"""The version whose private names the opening of cameras uses."""

_PACKAGES = (
    ("harvesters", "harvesters", "grab", Level.FAIL),
    ("genicam", "genicam", "grab", Level.FAIL),
    ("numpy", "numpy", "grab", Level.FAIL),
    ("cv2", "opencv-python-headless", "grab", Level.FAIL),
    ("simplejpeg", "simplejpeg", "grab", Level.FAIL),
    ("tifffile", "tifffile", "grab", Level.FAIL),
    ("tomlkit", "tomlkit", "grab", Level.WARN),
    ("websockets", "websockets", "grab", Level.WARN),
    ("aiohttp", "aiohttp", "bridge", Level.WARN),
    ("prometheus_client", "prometheus-client", "bridge", Level.WARN),
    ("segno", "segno", "bridge", Level.WARN),
    ("PySide6", "PySide6-Essentials", "viewer", Level.OK),
)


def extra_with(module: str) -> str | None:
    """Return which extra of camstrm brings a module, None if none does."""
    extras = {name: extra for name, _, extra, _ in _PACKAGES}
    # The smaller one of two: a viewer needs it too.
    return "viewer" if module == "simplejpeg" else extras.get(module)


def package_findings() -> Iterator[Finding]:
    """Check the packages of this interpreter; the viewer's may be missing on a server."""
    yield Finding.ok(
        "Python", f"{platform.python_version()} on {platform.machine()} ({sys.prefix})"
    )
    for module, package, extra, missing in _PACKAGES:
        if importlib.util.find_spec(module) is None:
            if missing is not Level.OK:
                remedy = install_command(extra)
                yield Finding(missing, package, f"not installed (needed to {extra})", remedy)
            continue
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            # The module came another way: opencv-python, a package of the distribution.
            version = "installed, version unknown"
        if package == "harvesters" and version != HARVESTERS:
            yield Finding.fail(
                package,
                f"version {version}, wanted {HARVESTERS}",
                f"{sys.executable} -m pip install harvesters=={HARVESTERS}",
            )
        else:
            yield Finding.ok(package, version)
