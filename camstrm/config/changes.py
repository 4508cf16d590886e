"""What is different in a configuration that was read again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from camstrm.config.settings import Config

__all__ = ["Reloaded", "changed_keys", "with_keys"]


@dataclass(frozen=True)
class Reloaded:
    """What came of a reload: keys as in the file ("bridge.max_clients"), or short descriptions.

    ``applied``: is in force now. ``pending``: needs a restart.
    """

    applied: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it as a part of a sentence."""
        parts = [f"applied: {', '.join(self.applied)}"] if self.applied else []
        if self.pending:
            parts.append(f"needs a restart: {', '.join(self.pending)}")
        return "; ".join(parts) or "nothing has changed"


def changed_keys(before: Config, after: Config) -> list[str]:
    """Return the keys whose values differ, in the file's order; a list of tables is one key."""
    return _changed(before, after, "")


def _changed(before: msgspec.Struct, after: msgspec.Struct, above: str) -> list[str]:
    keys: list[str] = []
    for field in msgspec.structs.fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        key = f"{above}{field.encode_name}"
        if isinstance(old, msgspec.Struct) and isinstance(new, msgspec.Struct):
            keys += _changed(old, new, f"{key}.")
        elif old != new:
            keys.append(key)
    return keys


def with_keys(before: Config, after: Config, keys: Collection[str]) -> Config:
    """Return ``before`` with the values of ``after`` where a key is in ``keys``."""
    config: Config = _with(before, after, frozenset(keys), "")
    return config


def _with(before: msgspec.Struct, after: msgspec.Struct, keys: frozenset[str], above: str) -> Any:
    values = {}
    for field in msgspec.structs.fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        key = f"{above}{field.encode_name}"
        if isinstance(old, msgspec.Struct) and isinstance(new, msgspec.Struct):
            values[field.name] = _with(old, new, keys, f"{key}.")
        elif key in keys:
            values[field.name] = new
    return msgspec.structs.replace(before, **values)
