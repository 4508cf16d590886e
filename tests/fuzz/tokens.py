"""Changes of JSON and TOML by tokens, after which they are still JSON and TOML most of the time.

msgspec decodes in C, where atheris sees no branches: with bytes alone, one of a thousand inputs
would get beyond the parser.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

__all__ = ["changed", "with_numbers"]

_TOKEN = re.compile(
    rb'"(?:[^"\\\n]|\\.)*"|[+-]?\d[\d.eE+-]*|[A-Za-z_][\w.-]*|\[\[|\]\]|[ \t]+|.', re.DOTALL
)

_NUMBER = re.compile(rb"[+-]?\d")
_SCALAR = re.compile(rb'["\w+-]')
_AFTER_NAME = ([b":"], [b" "], [b"="])

_VALUES = (
    *(
        b"0",
        b"1",
        b"-1",
        b"-0",
        b"-0.0",
        b"1.0",
        b"1.5",
        b"1e3",
        b"1E400",
        b"1e-400",
        b"65500",
        b"65501",
    ),
    *(b"256", b"9007199254740993", b"18446744073709551615", b"18446744073709551616", b"1e301"),
    *(b"-9223372036854775808", b"-9223372036854775809", b"01", b".5", b"0x10", b"1_000"),
    *(b"null", b"true", b"false", b"NaN", b"Infinity", b"inf", b"nan", b"undefined", b"1979-05-27"),
    *(
        b'""',
        b'"x"',
        b'"1"',
        b'"\\u0000"',
        b'"\\ud800"',
        b'"\\ud83d\\ude00"',
        b'"\xff"',
        b'"\xc3\xa9"',
    ),
    *(
        b'"__proto__"',
        b'"constructor"',
        b'"type"',
        b'"a\tb"',
        b"'x'",
        b'"\\/"',
        b'"\\x"',
        b'"\xef\xbb\xbf"',
    ),
    *(b"[]", b"{}", b"[[]]", b'{"a":1}', b"[0,0,1,1]", b"[0,0,1]", b"[null]", b'{"":null}'),
)
_SIGNS = (
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b" ",
    b"\n",
    b"=",
    b"#",
    b"\\",
    b'"',
    b"\xef\xbb\xbf",
    b"\0",
)

_SAME_KIND = 0.7
_WELL_FORMED = 0.9
"""Share of the changes after which the text is still one."""


def changed(data: bytes, words: Sequence[bytes], rng: random.Random) -> bytes:
    """Return ``data`` with one to three changes: values, names and members, seldom signs."""
    tokens = _TOKEN.findall(data)
    for _ in range(rng.randint(1, 3)):
        scalars = [place for place, token in enumerate(tokens) if _SCALAR.match(token)]
        if not scalars or rng.random() > _WELL_FORMED:
            _break(tokens, rng)
            continue
        place = rng.choice(scalars)
        if tokens[place + 1 : place + 2] in _AFTER_NAME:
            _change_member(tokens, place, words, rng)
        else:
            tokens[place] = _value_for(tokens[place], rng)
    return b"".join(tokens)


def _value_for(old: bytes, rng: random.Random) -> bytes:
    """Return a value, mostly of the kind of ``old``."""
    same = [value for value in _VALUES if value[:1].isdigit() == old[:1].isdigit()]
    text = [value for value in same if value[:1] == old[:1]]
    return rng.choice(_VALUES if rng.random() > _SAME_KIND else text or same)


def with_numbers(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return ``data`` with each number written as ``change`` gives it."""
    tokens = _TOKEN.findall(data)
    return b"".join(change(token) if _NUMBER.match(token) else token for token in tokens)


def _change_member(
    tokens: list[bytes], place: int, words: Sequence[bytes], rng: random.Random
) -> None:
    """Change the member whose name is at ``place``, or put another one before it."""
    value = place + 2 + (tokens[place + 1] == b" ") * 2  # ' = ' in TOML
    kind = rng.randrange(6)
    if kind < 2:
        tokens[value : value + 1] = [_value_for(b"".join(tokens[value : value + 1]), rng)]
    elif kind == 2:
        tokens[place] = rng.choice(words)
    elif kind == 3:
        sign = tokens[place + 1 : value]
        behind = b"\n" if b"=" in sign else b","
        tokens[place:place] = [rng.choice(words), *sign, rng.choice(_VALUES), behind]
    elif kind == 4:
        # The same member twice, where its value is one token.
        tokens[place:place] = tokens[place : value + 2]
    else:
        del tokens[place : value + 2]


def _break(tokens: list[bytes], rng: random.Random) -> None:
    """Change tokens whatever they mean."""
    place = rng.randrange(len(tokens) + 1)
    length = rng.choice((1, 3, 4, 8))
    kind = rng.randrange(3)
    if kind == 0:
        tokens[place:place] = [rng.choice(_SIGNS)]
    elif kind == 1:
        del tokens[place : place + length]
    else:
        other = rng.randrange(len(tokens) + 1)
        tokens[other:other] = tokens[place : place + length]
