"""The command that installs a part of camstrm, as it works when it is typed.

camstrm is installed from its source folder or from a wheel, never by its bare name: an index may
have another package of that name.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["install_command"]


def install_command(extra: str, python: str = "") -> str:
    """Return the pip command that adds the packages of ``extra`` to an interpreter.

    ``python``: its path, empty for this one. With the folder or the wheel that camstrm was
    installed from; where that is not known, with "." and the place to type it.
    """
    pip = f"{shlex.quote(python or sys.executable)} -m pip install"
    source = _source()
    if source is None:
        return f"{pip} '.[{extra}]' (in the folder with camstrm's pyproject.toml)"
    return f"{pip} {shlex.quote(f'{source}[{extra}]')}"


def _source() -> Path | None:
    """Return the folder or wheel that this camstrm was installed from, if it is still there."""
    here = Path(__file__).resolve().parents[2]
    if (here / "pyproject.toml").is_file():
        return here
    # Late: it costs every command 20 ms, of which a restarted grabber has none to spare.
    import importlib.metadata
    import json

    try:
        # PEP 610: what pip was given.
        origin = importlib.metadata.distribution("camstrm").read_text("direct_url.json")
        url = urlsplit(json.loads(origin or "{}").get("url", ""))
    except (importlib.metadata.PackageNotFoundError, ValueError, OSError):
        return None
    path = Path(unquote(url.path))
    return path if url.scheme == "file" and path.exists() else None
