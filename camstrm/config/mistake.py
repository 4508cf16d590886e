"""Find the mistakes in parsed data against a struct type, in words for a user.

msgspec stops at the first one and describes it in its own spelling, without the value; the
settings types are walked here instead, so that each message names what was wanted and what came.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

__all__ = ["Mistake", "mistakes"]


_Path = tuple[str | int, ...]
"""Keys and indices from the root."""


class Mistake(NamedTuple):
    """``path`` to the value, ``problem`` as part of a sentence."""

    path: _Path
    problem: str


_Mistakes = Iterator[Mistake]


def mistakes(data: object, settings_type: type[msgspec.Struct]) -> Iterator[Mistake]:
    """Yield everything in ``data`` that ``settings_type`` does not take, in the order written.

    Besides the types' own limits: integers have 64 bits, numbers are finite, strings
    hold no NUL.
    """
    return _check(data, inspect.type_info(settings_type), (), {})


def _check(value: object, kind: inspect.Type, path: _Path, extra: dict[str, Any]) -> _Mistakes:
    if isinstance(kind, inspect.Metadata):
        yield from _check(value, kind.type, path, kind.extra or {})
    elif isinstance(kind, (inspect.StructType, inspect.DictType)):
        yield from _check_table(value, kind, path)
    elif isinstance(kind, inspect.UnionType):
        yield from _check_union(value, kind, path)
    elif isinstance(kind, inspect.VarTupleType):
        yield from _check_array(value, kind, path)
    else:
        problem = _scalar_problem(value, kind, extra)
        if problem:
            yield Mistake(path, problem)


def _check_table(
    value: object, kind: inspect.StructType | inspect.DictType, path: _Path
) -> _Mistakes:
    if not isinstance(value, dict):
        yield Mistake(path, _wanted("a table", value))
    elif isinstance(kind, inspect.StructType):
        yield from _check_struct(value, kind, path)
    else:
        for key, item in value.items():
            yield from _check(key, kind.key_type, (*path, key), {})
            yield from _check(item, kind.value_type, (*path, key), {})


def _check_struct(value: dict[str, Any], kind: inspect.StructType, path: _Path) -> _Mistakes:
    fields = {field.encode_name: field for field in kind.fields}
    for key, item in value.items():
        if key in fields:
            yield from _check(item, fields[key].type, (*path, key), {})
        else:
            yield Mistake((*path, key), _unknown_key(key, list(fields)))
    if value.keys() <= fields.keys():
        # Otherwise what is missing is probably there, misspelt.
        for name, field in fields.items():
            if field.required and name not in value:
                yield Mistake((*path, name), "is missing")


def _check_array(value: object, kind: inspect.VarTupleType, path: _Path) -> _Mistakes:
    if not isinstance(value, (list, tuple)):
        of_tables = isinstance(kind.item_type, inspect.StructType)
        hint = f", written [[{path[-1]}]]" if of_tables and path else ""
        yield Mistake(path, _wanted("an array" + (" of tables" if of_tables else ""), value, hint))
        return
    if kind.max_length is not None and len(value) > kind.max_length:
        yield Mistake(path, f"wanted at most {kind.max_length} entries, got {len(value)}")
        return
    for index, item in enumerate(value):
        yield from _check(item, kind.item_type, (*path, index), {})


def _check_union(value: object, kind: inspect.UnionType, path: _Path) -> _Mistakes:
    """Hold the value against the member of its own TOML type: the limits differ by member."""
    for member in kind.types:
        if _kind_name(value) == _type_name(member):
            yield from _check(value, member, path, {})
            return
    names = [_type_name(m) for m in kind.types if not isinstance(m, inspect.NoneType)]
    yield Mistake(path, _wanted(_either(names), value))


def _either(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def _scalar_problem(value: object, kind: inspect.Type, extra: dict[str, Any]) -> str:
    if isinstance(kind, inspect.LiteralType):
        return _literal_problem(value, kind)
    wanted = _type_name(kind)
    if isinstance(kind, inspect.FloatType) and type(value) is int:
        return _number_problem(value, kind)
    if _kind_name(value) != wanted:
        hint = extra.get("hint_integer", "") if type(value) is int else ""
        return _wanted(wanted, value, f"; {hint}" if hint else "")
    if isinstance(kind, inspect.StrType):
        return _text_problem(str(value), kind, extra)
    if isinstance(kind, (inspect.IntType, inspect.FloatType)):
        assert isinstance(value, (int, float))
        return _number_problem(value, kind)
    return ""


def _literal_problem(value: object, kind: inspect.LiteralType) -> str:
    # True is 1 and 90.0 is 90 for Python, but not for a person who reads the file.
    if any(type(value) is type(entry) and value == entry for entry in kind.values):
        return ""
    shown = [f"{entry!r}" for entry in kind.values]
    same_kind = any(type(value) is type(entry) for entry in kind.values)
    got = _short(value) if same_kind else _kind_name(value)
    return f"wanted {_either(shown)}, got {got}"


def _number_problem(value: float, kind: inspect.IntType | inspect.FloatType) -> str:
    low, high = kind.ge, kind.le
    inside = (low is None or value >= low) and (high is None or value <= high)
    if inside and isinstance(value, int):
        inside = -(2**63) <= value < 2**63
    if inside and math.isfinite(value):
        return ""
    if low is not None and high is not None:
        return f"wanted {_plain(low)} to {_plain(high)}, got {_short(value)}"
    if low is not None and value < low:
        return f"wanted {_plain(low)} or more, got {_short(value)}"
    return f"wanted a finite number of at most 64 bits, got {_short(value)}"


def _plain(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


def _text_problem(value: str, kind: inspect.StrType, extra: dict[str, Any]) -> str:
    if "\0" in value:
        return "wanted a string without NUL characters"
    length = len(value)
    if kind.min_length is not None and length < kind.min_length:
        return "must not be empty" if length == 0 else f"shorter than {kind.min_length} characters"
    if kind.max_length is not None and length > kind.max_length:
        return f"wanted at most {kind.max_length} characters, got {length}"
    if kind.pattern is not None and not re.search(kind.pattern, value):
        return f"wanted {extra.get('wanted', 'another form')}, got {_short(value)}"
    return ""


def _unknown_key(key: object, known: list[str]) -> str:
    # Late, as all that only a mistake needs: a grabber that starts again is in a hurry.
    import difflib

    near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
    if near:
        return f"unknown key {_short(key)}, did you mean {near[0]!r}?"
    return f"unknown key {_short(key)} (known here: {', '.join(known)})"


def _wanted(wanted: str, value: object, hint: str = "") -> str:
    return f"wanted {wanted}, got {_kind_name(value)}{hint}"


def _short(value: object) -> str:
    try:
        shown = repr(value)
    except ValueError:  # an integer beyond the interpreter's limit of digits
        return "a number of many digits"
    return shown if len(shown) <= 60 else f"{shown[:40]}..."


def _type_name(kind: inspect.Type) -> str:
    names: dict[type[inspect.Type], str] = {
        inspect.BoolType: "a boolean",
        inspect.IntType: "an integer",
        inspect.FloatType: "a number",
        inspect.StrType: "a string",
        inspect.DictType: "a table",
        inspect.StructType: "a table",
        inspect.VarTupleType: "an array",
        inspect.NoneType: "nothing",
    }
    return names.get(type(kind), "")


def _kind_name(value: object) -> str:
    names = {
        bool: "a boolean",
        int: "an integer",
        float: "a number",
        str: "a string",
        dict: "a table",
        list: "an array",
        tuple: "an array",
        type(None): "nothing",
    }
    return names.get(type(value), "a date or time")
