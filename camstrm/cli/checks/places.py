"""The folders, files and the TCP port that grabber and bridge need."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from camstrm.bridge.http.port_holder import port_holder
from camstrm.bridge.http.token_file import load_token, token_path
from camstrm.cli.checks.finding import Finding
from camstrm.cli.settings import socket_path
from camstrm.config import BridgeSettings, Config
from camstrm.errors import ConfigError, SocketPathError
from camstrm.feed.socket_path import check_socket_path

__all__ = ["place_findings"]

_ENOUGH_BYTES = 50_000_000
"""Camera descriptions (XML) take up to some MB each."""

_XML_VARIABLE = "HARVESTERS_XML_FILE_DIR"


def place_findings(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check temporary folder, token, UNIX socket and TCP port for this user."""
    yield _temporary_folder(environ)
    if sys.platform == "win32":
        # Grabber and bridge need Linux.
        return
    if config.bridge.auth:
        yield _token(config.bridge.token_file, environ)
    yield _socket(config)
    yield _port(config.bridge)


def _temporary_folder(environ: Mapping[str, str]) -> Finding:
    subject = "temporary folder"
    try:
        folder = environ.get(_XML_VARIABLE) or tempfile.gettempdir()
    except FileNotFoundError as error:
        return Finding.fail(
            subject,
            f"Harvesters unpacks camera descriptions there, and there is none ({error.strerror})",
            "export TMPDIR=FOLDER that this user may write",
        )
    variable = _XML_VARIABLE if environ.get(_XML_VARIABLE) else "TMPDIR"
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding.fail(
            subject,
            f"{folder} cannot be written; Harvesters unpacks camera descriptions there",
            f"export {variable}=FOLDER that this user may write",
        )
    left = shutil.disk_usage(folder).free
    if left < _ENOUGH_BYTES:
        return Finding.warn(
            subject,
            f"{folder} has only {left / 1e6:.0f} MB left; Harvesters unpacks camera "
            "descriptions there",
            f"rm what is not needed in {folder}, or export {variable}=ANOTHER_FOLDER",
        )
    return Finding.ok(subject, f"{folder} can be written, {left / 1e6:.0f} MB left")


def _token(setting: str, environ: Mapping[str, str]) -> Finding:
    subject = "access token"
    try:
        path = token_path(setting, environ)
        if path.exists():
            if stat.S_IMODE(path.stat().st_mode) & stat.S_IROTH:
                return Finding.warn(subject, f"everybody can read {path}", f"chmod 600 {path}")
            load_token(setting, environ)
            return Finding.ok(subject, f"in {path}")
    except ConfigError as error:
        return Finding.fail(
            subject, str(error), "export CAMSTRM_TOKEN_FILE=FILE that this user may use"
        )
    except OSError as error:
        return Finding.fail(subject, f"{error.filename} cannot be examined ({error.strerror})")
    folder = _existing(path.parent)
    if os.access(folder, os.W_OK | os.X_OK):
        return Finding.ok(subject, f"made in {path} by the bridge when it first starts")
    return Finding.fail(
        subject,
        f"{path} cannot be made: this user may not write {folder}",
        "export CAMSTRM_TOKEN_FILE=FILE that this user may write",
    )


def _socket(config: Config) -> Finding:
    subject = "UNIX socket"
    try:
        path = socket_path(config)
        folder = Path(path).parent
        if folder.exists():
            check_socket_path(path, config.socket.allowed_uids)
    except SocketPathError as error:
        return Finding.fail(subject, f"{error.subject}: {error.problem}", error.remedy)
    except OSError as error:
        return Finding.fail(
            subject,
            f"{error.filename} cannot be examined ({error.strerror})",
            "Set socket.path in the configuration",
        )
    # The bridge makes the last folder itself.
    parent = folder if folder.exists() else folder.parent
    if os.access(parent, os.W_OK | os.X_OK):
        return Finding.ok(subject, f"{path} can be used")
    what = "may not be written by this user" if parent.exists() else "does not exist"
    return Finding.fail(
        subject,
        f"{path}: {parent} {what}",
        f"mkdir -p {parent}" if not parent.exists() else "Set socket.path in the configuration",
    )


def _port(bridge: BridgeSettings) -> Finding:
    subject = f"port {bridge.port}"
    family = socket.AF_INET6 if ":" in bridge.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((bridge.host, bridge.port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return Finding.fail(
                    subject,
                    f"the bridge cannot listen on {bridge.host} ({error.strerror or error})",
                    "Set bridge.host or bridge.port in the configuration",
                )
        else:
            return Finding.ok(subject, "free")
    holder = port_holder(bridge.port)
    if holder.startswith("camstrm "):
        return Finding.ok(subject, f"the bridge runs: {holder}")
    return Finding.warn(
        subject,
        f"in use by {holder or 'a process of another user'}",
        "Stop it if it is not a bridge of camstrm, or choose another: camstrm bridge --port N",
    )


def _existing(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if os.path.exists(path)), Path("/"))
