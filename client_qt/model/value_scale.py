"""Numbers of features: the place of a slider, what is typed, what is shown. No Qt.

The page has the same in value_scale.js; tests/vectors/viewing/value_scale.json holds both to it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from camstrm.feature import FeatureInfo, FeatureState, FeatureValue

__all__ = [
    "TypedNumber",
    "ValueScale",
    "format_number",
    "format_value",
    "parse_number",
    "rounded",
    "unit_text",
]

_LEAST_PART = 1e-6
"""A logarithmic slider that may reach 0 begins here, as a part of its maximum."""

_WIDE = 1000
"""A time that may become so many times longer is set by factors, whatever its XML says."""

_TIMES = re.compile(
    "(Exposure|Trigger|Acquisition|Line|Strobe|Counter|Timer).*(Time|Delay|Duration|Debouncer)"
)

_SECONDS = {"us": 1e-6, "usec": 1e-6, "ms": 1e-3, "msec": 1e-3, "s": 1.0, "sec": 1.0, "ns": 1e-9}
"""Seconds in a unit as cameras and people write it."""

_RATES = ("Hz", "Bps", "B/s", "bps", "bit/s")
_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_LARGE = 1e4
"""Rates from here on are said with a prefix: 380 MBps."""

_EXACT = 2**53
"""Numbers beyond are not exact in JavaScript."""

_FACTOR, _LARGE_FACTOR = 1.05, 1.5
"""Of a step on a logarithmic scale."""

_DIGITS = 6
"""Significant digits of a number that is shown."""

_TYPED = re.compile(
    r"\s*([-+]?)\s*(0x[0-9a-f]+|[\d.,' ]*(?:e[-+]?\d+)?)\s*([a-zµμ%°/]*)\s*",
    re.IGNORECASE | re.ASCII,
)
_GROUPS = re.compile(r"\d{1,3}([.,]\d{3})+", re.ASCII)


def _plain(unit: str) -> str:
    return re.sub("[µμ]", "u", unit).lower()


def unit_text(unit: str) -> str:
    """Return the XML's unit as a person reads it."""
    return "µs" if _plain(unit) in ("us", "usec") else unit


class ValueScale:
    """How a slider and the arrow keys go through the values of a number."""

    def __init__(self, info: FeatureInfo, state: FeatureState, low: float, high: float) -> None:
        self.minimum = low
        self.maximum = high
        self.integer = info.type == "integer"
        step = state.increment or 0
        self.increment: float = step if step > 0 else 1 if self.integer else 0
        """Step between two values from the minimum on, 0: any value."""
        wide = high > 0 and high / max(low, high * _LEAST_PART) >= _WIDE
        self.logarithmic = low >= 0 and (
            info.representation == "Logarithmic" or (wide and bool(_TIMES.match(info.name)))
        )

    @classmethod
    def of(cls, info: FeatureInfo, state: FeatureState) -> ValueScale | None:
        """Return the scale of a number; None for one without both limits: it has no slider."""
        low, high = state.minimum, state.maximum
        if low is None or high is None or not high > low:
            return None
        return cls(info, state, low, high)

    @property
    def _least(self) -> float:
        """Where a logarithmic scale begins: its minimum, or the least that is above 0."""
        if self.minimum > 0:
            return self.minimum
        return self.increment or self.maximum * _LEAST_PART

    def position(self, value: float) -> float:
        """Return 0 (minimum) to 1 (maximum)."""
        if value <= self.minimum:
            return 0.0
        if value >= self.maximum:
            return 1.0
        if not self.logarithmic:
            return (value - self.minimum) / (self.maximum - self.minimum)
        if value <= self._least:
            return 0.0
        return math.log(value / self._least) / math.log(self.maximum / self._least)

    def value(self, position: float) -> float:
        """Return a value that is easily read for a position of the slider."""
        if position <= 0:
            return self.minimum
        if position >= 1:
            return self.maximum
        if self.logarithmic:
            value = self._least * (self.maximum / self._least) ** position
        else:
            value = self.minimum + position * (self.maximum - self.minimum)
        return self.nearest(value if self.increment > 0 else rounded(value, 3))

    def nearest(self, value: float) -> float:
        """Return the nearest value that the camera allows."""
        inside = min(max(value, self.minimum), self.maximum)
        if self.increment == 0:
            return inside
        steps = math.floor((inside - self.minimum) / self.increment + 0.5)
        most = math.floor((self.maximum - self.minimum) / self.increment + 1e-9)
        found = self.minimum + min(steps, most) * self.increment
        return math.floor(found + 0.5) if self.integer else rounded(found, 12)

    def stepped(self, value: float, direction: int, *, large: bool = False) -> float:
        """Return the value after an arrow key (direction 1 or -1), ``large``: a page key.

        By a factor on a logarithmic scale, otherwise by a hundredth or a tenth, a round number.
        """
        if self.logarithmic:
            start = max(value, self._least)
            factor = _LARGE_FACTOR if large else _FACTOR
            following = start * factor if direction > 0 else start / factor
            if value < start:
                following = start
            following = rounded(following, 3)
            if direction < 0 and value <= self._least:
                following = self.minimum
        else:
            step = _round_step((self.maximum - self.minimum) / (10 if large else 100))
            following = rounded(value + direction * step, 12)
        following = self.nearest(following)
        least = self.nearest(value + direction * self.increment)
        return max(following, least) if direction > 0 else min(following, least)


def _round_step(most: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not above ``most``."""
    power = 10.0 ** math.floor(math.log10(most))
    part = most / power
    return float(rounded((5 if part >= 5 else 2 if part >= 2 else 1) * power, 6))


@dataclass(frozen=True)
class TypedNumber:
    """``value`` in the feature's unit; ``problem``: key of the text that says what is wrong."""

    value: float | None = None
    problem: str = ""
    values: dict[str, str] = field(default_factory=dict)


def parse_number(text: str, info: FeatureInfo, state: FeatureState | None = None) -> TypedNumber:
    """Read what somebody typed for a number: ``1500``, ``1,5 ms``, ``0x1F``."""
    typed = _TYPED.fullmatch(text)
    if typed is None or not re.search(r"\d", typed[2], re.ASCII):
        return TypedNumber(problem="setup.number.not_one")
    sign, digits, unit = typed.groups()
    integer = info.type == "integer"
    number = int(digits, 16) if digits[:2].lower() == "0x" else _decimal(digits, integer)
    if number is None:
        return TypedNumber(problem="setup.number.ambiguous")
    if math.isnan(number):
        return TypedNumber(problem="setup.number.not_one")
    factor = _unit_factor(unit, info.unit)
    if factor is None:
        return TypedNumber(
            problem="setup.number.unit", values={"unit": unit, "wanted": unit_text(info.unit)}
        )
    value: float = -number if sign == "-" else number
    if factor != 1:
        value = rounded(value * factor, 12)
    if integer and value != math.floor(value):
        return TypedNumber(problem="setup.number.whole")
    if integer and abs(value) > _EXACT:
        return TypedNumber(problem="setup.number.too_large")
    value = int(value) if integer else value
    low, high = (state.minimum, state.maximum) if state is not None else (None, None)
    if (low is not None and value < low) or (high is not None and value > high):
        limits = {
            "minimum": format_number(low or 0, info),
            "maximum": format_number(high or 0, info),
        }
        return TypedNumber(value, "setup.number.outside", limits)
    return TypedNumber(value)


def _decimal(text: str, integer: bool) -> float | None:
    """Return a number; None where a separator may be of thousands or a decimal one."""
    tight = re.sub("[' ]", "", text)
    marks = re.findall("[.,]", tight)
    if not marks:
        return _float(tight)
    mark = marks[-1]
    groups = _GROUPS.fullmatch(tight) is not None and len(set(marks)) == 1
    if groups and (len(marks) > 1 or integer):
        return float(re.sub("[.,]", "", tight))
    if groups and mark == ",":
        return None
    if marks.count(mark) > 1:
        return math.nan
    whole, _, rest = tight.rpartition(mark)
    if len(marks) > 1 and _GROUPS.fullmatch(whole) is None:
        return math.nan
    return _float(f"{re.sub('[.,]', '', whole)}.{rest}")


def _float(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _unit_factor(typed: str, unit: str) -> float | None:
    if typed == "" or _plain(typed) == _plain(unit):
        return 1
    source, target = _SECONDS.get(_plain(typed)), _SECONDS.get(_plain(unit))
    return None if source is None or target is None else source / target


def format_number(value: float, info: FeatureInfo) -> str:
    """Return a number without its unit."""
    if info.type == "integer" or value == math.floor(value):
        if info.representation == "HexNumber" and value >= 0:
            return f"0x{int(value):X}"
        return _fixed(value, 0)
    size = math.floor(math.log10(abs(value)))
    text = _fixed(value, min(max(_DIGITS - 1 - size, 0), 12))
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_value(value: FeatureValue, info: FeatureInfo) -> str:
    """Return a value as a sentence says it: times and rates in the unit that is easily read."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    seconds = _SECONDS.get(_plain(info.unit))
    if info.unit in _RATES and abs(value) >= _LARGE:
        part, prefix = next(found for found in _PREFIXES if abs(value) >= found[0])
        figure = rounded(value / part, _DIGITS)
        return f"{format_number(figure, FeatureInfo('', 'float'))} {prefix}{info.unit}"
    if seconds is None or value == 0:
        number = format_number(value, info)
        return f"{number} {unit_text(info.unit)}" if info.unit else number
    time = abs(value * seconds)
    shown = "us" if time < 0.9999995e-3 else "ms" if time < 0.9999995 else "s"
    figure = rounded(value * seconds / _SECONDS[shown], _DIGITS)
    return f"{format_number(figure, FeatureInfo('', 'float'))} {unit_text(shown)}"


def rounded(value: float, digits: int) -> float:
    """Return the nearest number of so many significant digits, ties away from 0."""
    if value == 0 or not math.isfinite(value):
        return value
    exact = Decimal(value)
    last = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    return float((exact / last).quantize(Decimal(1), ROUND_HALF_UP) * last)


def _fixed(value: float, digits: int) -> str:
    if abs(value) >= 1e21:
        return repr(float(value))
    text = f"{Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"
    return text if text.strip("-0.") else text.lstrip("-")
