"""The tokens that the bridge makes at its first start, to watch and to control: their files."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from camstrm.bridge.control.secret import new_secret
from camstrm.config.small_file import read_small_file
from camstrm.errors import ConfigError

__all__ = [
    "CONTROL_TOKEN_FILE",
    "check_token",
    "known_control_token",
    "known_token",
    "load_control_token",
    "load_token",
    "state_folder",
    "token_path",
]

_log = logging.getLogger(__name__)

CONTROL_TOKEN_FILE = "control-token"  # noqa: S105  # a name, not a token
"""Name of the file of the token to control, within the state folder."""

_MAX_FILE_SIZE = 4096
"""Bytes that are read of a file; a token has 256 at most."""
_TOKEN = re.compile(r"[\x21-\x7e]{16,256}")


def token_path(token_file: str, environ: Mapping[str, str]) -> Path:
    """Return the token's file.

    The first of: the setting ``token_file``, ``$CAMSTRM_TOKEN_FILE``, ``token`` in
    ``$CREDENTIALS_DIRECTORY`` (systemd's LoadCredential=) if it is there,
    ``$XDG_STATE_HOME/camstrm/token``, ``~/.local/state/camstrm/token``.
    """
    for name in (token_file, environ.get("CAMSTRM_TOKEN_FILE", "")):
        if name:
            return Path(name)
    credentials = environ.get("CREDENTIALS_DIRECTORY", "")
    if credentials and (Path(credentials) / "token").exists():
        return Path(credentials) / "token"
    return _default_folder(environ) / "token"


def state_folder(folder: str, token_file: str, environ: Mapping[str, str]) -> Path:
    """Return where control token, named tokens and audit file are.

    The first of: the setting ``folder`` of bridge.control, ``$CAMSTRM_STATE_FOLDER``, the folder
    of a token file that was chosen, ``$XDG_STATE_HOME/camstrm``, ``~/.local/state/camstrm``.
    """
    if name := folder or environ.get("CAMSTRM_STATE_FOLDER", ""):
        return Path(name)
    if name := token_file or environ.get("CAMSTRM_TOKEN_FILE", ""):
        return Path(name).absolute().parent
    return _default_folder(environ)


def _default_folder(environ: Mapping[str, str]) -> Path:
    state = environ.get("XDG_STATE_HOME", "")
    if state.startswith("/"):
        return Path(state) / "camstrm"
    try:
        home = Path(environ.get("HOME") or Path.home())
    except RuntimeError:
        raise ConfigError(
            "token", "no home directory to keep it in; set CAMSTRM_TOKEN_FILE"
        ) from None
    return home / ".local" / "state" / "camstrm"


def load_token(token_file: str, environ: Mapping[str, str]) -> str:
    """Return the token, making its file (0600, its folder 0700) if there is none.

    Raises ConfigError if the file cannot be read or made or holds no token.
    """
    path = token_path(token_file, environ)
    if (found := _read_if_there(path)) is not None:
        return found
    try:
        _create(path, new_secret())
        return _read(path)
    except OSError as error:
        raise ConfigError(
            str(path),
            f"the token cannot be written there ({error.strerror}); set CAMSTRM_TOKEN_FILE "
            "to a file that this user can write, or that holds a token",
        ) from None


def check_token(token_file: str, environ: Mapping[str, str]) -> None:
    """Raise ConfigError if there is a file that :func:`load_token` could not use; make none."""
    _read_if_there(token_path(token_file, environ))


def load_control_token(folder: Path) -> str | None:
    """Return the token to control, making its file in ``folder`` if there is none.

    None, and a line in the log, where it cannot be made: watching goes on without. Raises
    ConfigError for a file that holds no token.
    """
    path = folder / CONTROL_TOKEN_FILE
    try:
        if not path.exists():
            _create(path, new_secret())
        return _read(path)
    except OSError as error:
        _log.warning(
            "no token to control: %s (%s). Set bridge.control.folder, or CAMSTRM_STATE_FOLDER, to "
            "a folder that the bridge can write",
            path,
            error.strerror,
        )
        return None


def known_token(token_file: str, environ: Mapping[str, str]) -> str:
    """Return the token that a bridge has made; raise ConfigError that says where it was looked for.

    For who prints it: nothing is made.
    """
    path = token_path(token_file, environ)
    try:
        return _read(path)
    except OSError as error:
        raise ConfigError(str(path), _why_unknown(error)) from None


def known_control_token(folder: Path) -> str | None:
    """Return the token to control that a bridge has made, None if it has made none.

    Raises ConfigError for one that this user cannot read.
    """
    path = folder / CONTROL_TOKEN_FILE
    try:
        return _read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(str(path), _why_unknown(error)) from None


def _why_unknown(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return (
            "there is no token yet. The bridge makes it at its first start; one that has been "
            "started keeps it elsewhere: use its user, its environment and its --config"
        )
    return f"the token cannot be read ({error.strerror}). Use the bridge's user, or root"


def _read_if_there(path: Path) -> str | None:
    try:
        return _read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(str(path), f"the token cannot be read ({error.strerror})") from None


def _read(path: Path) -> str:
    try:
        content, mode = read_small_file(path, _MAX_FILE_SIZE)
    except ValueError as error:  # NUL in the path
        raise ConfigError(str(path), f"the token cannot be read ({error})") from None
    token = content.decode("ascii", "replace").strip()
    if len(content) > _MAX_FILE_SIZE or not _TOKEN.fullmatch(token):
        raise ConfigError(
            str(path),
            "wanted a token: 16 to 256 visible ASCII characters and nothing else; delete "
            "the file and a new one is made",
        )
    if stat.S_ISREG(mode) and mode & stat.S_IROTH:
        _log.warning("everybody on this machine can read the token: chmod 600 %s", path)
    return token


def _create(path: Path, token: str) -> None:
    """Write the file whole or not at all; one that another bridge has just made stays."""
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        beside.unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    handle = os.open(beside, flags, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{token}\n")
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink()
    _log.info("new token in %s", path)
