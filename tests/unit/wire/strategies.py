"""Hypothesis strategies for control messages, and for what calls and replies carry."""

from __future__ import annotations

import typing
from types import UnionType
from typing import Annotated, Any, Literal

import msgspec
from hypothesis import strategies as st

from camstrm.wire.messages import CameraInfo, CameraStatus, Hello, Status

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def within(meta: msgspec.Meta, value: Any) -> Any:
    """Return ``value``, or what is nearest to it within the limits of a field."""
    kind = type(value)
    if isinstance(value, (str, tuple)):
        value = value if meta.max_length is None else value[: meta.max_length]
        filler: Any = "x" if isinstance(value, str) else (0,)
        return value + filler * max(0, (meta.min_length or 0) - len(value))
    value = value if meta.ge is None else max(value, kind(meta.ge))
    value = value if meta.gt is None or value > meta.gt else kind(meta.gt + 0.5)
    return value if meta.le is None else min(value, kind(meta.le))


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for every value that a field of this type may have."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        return values_of(hint.__origin__).map(lambda value: within(hint.__metadata__[0], value))
    if origin in (UnionType, typing.Union):
        return st.one_of([values_of(arm) for arm in typing.get_args(hint)])
    if origin is Literal:
        return st.sampled_from(typing.get_args(hint))
    if origin is tuple:
        first, *others = typing.get_args(hint)
        if others != [Ellipsis]:
            return st.tuples(*map(values_of, (first, *others)))
        return st.lists(values_of(first), max_size=3).map(tuple)
    if origin is dict:
        inner = typing.get_args(hint)[1]
        values = json_values if inner is Any else values_of(inner)
        return st.dictionaries(st.text(max_size=8), values, max_size=3)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return messages_of(hint)
    scalars: dict[Any, st.SearchStrategy[Any]] = {
        int: st.integers(-(2**63), 2**64 - 1),
        float: st.floats(-1e300, 1e300),
        str: st.text(max_size=10),
        bool: st.booleans(),
        type(None): st.none(),
        msgspec.Raw: json_values.map(lambda value: msgspec.Raw(msgspec.json.encode(value))),
    }
    return scalars[hint]


def messages_of(cls: type[Any]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = {name: values_of(hints[name]) for name in cls.__struct_fields__}
    if cls is Hello:
        different = (lambda info: info.index, lambda info: info.name)
        infos = st.lists(messages_of(CameraInfo), max_size=3, unique_by=different)
        fields["cameras"] = infos.map(tuple)
    if cls is Status:
        each = messages_of(CameraStatus)
        fields["cameras"] = st.lists(each, max_size=3, unique_by=lambda s: s.index).map(tuple)
    return st.builds(cls, **fields)
