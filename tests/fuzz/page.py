"""The page's decoders beside Python's: the same inputs are accepted, with the same values."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camstrm.errors import WireError
from camstrm.wire.bundle import decode_bundle
from camstrm.wire.crossing import CROSSINGS
from camstrm.wire.messages import UnknownMessage
from tests.fuzz.tokens import with_numbers
from tests.vectors.answers import bundle_as_json, whole

__all__ = ["Comparison", "Difference", "compare", "has_node"]

_SCRIPT = Path(__file__).with_name("page_answers.mjs")
_TIMEOUT_S = 600


@dataclass(frozen=True)
class Difference:
    """An input of which page and Python make two things."""

    data: bytes
    problem: str


@dataclass
class Comparison:
    """What came of some inputs; ``doubles``: only JavaScript's numbers made the difference."""

    accepted: int = 0
    refused: int = 0
    doubles: int = 0
    differences: tuple[Difference, ...] = ()


def has_node() -> bool:
    """Return whether the page's decoders can be run here."""
    return shutil.which("node") is not None


def compare(name: str, inputs: Sequence[bytes]) -> Comparison:
    """Compare for "bundles" or "messages". RuntimeError: something else than a WireError came."""
    lines = "".join(f"{name} {data.hex()}\n" for data in inputs)
    done = subprocess.run(
        ["node", str(_SCRIPT)],
        input=lines,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the page's decoder for {name} failed: {done.stderr}")
    # Not splitlines(): a sentence may quote characters that end a line for Python alone.
    answers = done.stdout.removesuffix("\n").split("\n") if inputs else []
    found = Comparison()
    differences = []
    for data, line in zip(inputs, answers, strict=True):
        page, python = json.loads(line), _ANSWERS[name](data)
        if "value" not in page and "value" not in python:
            found.refused += 1
        elif problem := _different(page, python):
            if name == "messages" and _is_of_doubles(data, page):
                found.doubles += 1
            else:
                differences.append(Difference(data, problem))
        else:
            found.accepted += 1
    found.differences = tuple(differences)
    return found


def _bundle(data: bytes) -> dict[str, Any]:
    try:
        return {"value": bundle_as_json(decode_bundle(data))}
    except WireError as error:
        return {"refused": str(error)}


def _message(data: bytes) -> dict[str, Any]:
    answers = list(_decoded(data))
    # Only those crossings know a message whose sender sends it.
    known = [answer for answer in answers if "value" in answer] or answers
    return next((a for a in known if len(a.get("value", ())) > 1), known[0])


def _decoded(data: bytes) -> Iterator[dict[str, Any]]:
    for crossing in CROSSINGS:
        try:
            message = crossing.decode(data)
        except WireError as error:
            yield {"refused": str(error)}
        else:
            unknown = isinstance(message, UnknownMessage)
            yield {"value": {} if unknown else whole(message)}


_ANSWERS: dict[str, Callable[[bytes], dict[str, Any]]] = {"bundles": _bundle, "messages": _message}


def _is_of_doubles(data: bytes, page: dict[str, Any]) -> bool:
    """Return whether Python agrees as soon as it has JavaScript's numbers.

    Those do not tell 1.0 from 1, nor the largest integer of 64 bits from one that is too large.
    """
    return not _different(page, _message(with_numbers(data, _double)))


def _double(written: bytes) -> bytes:
    try:
        number = float(written)
    except ValueError:
        return written  # no number: both refuse it
    return b"%d" % number if math.isfinite(number) and number.is_integer() else written


def _different(page: Any, python: Any, where: str = "") -> str:
    """Say where the page's answer is another one; an unknown message is its type alone."""
    if "value" not in page and "value" not in python:
        return ""
    if "value" not in page or "value" not in python:
        return f"page: {page}, Python: {python}"[:400]
    if python["value"] == {}:
        return "" if page["value"].keys() == {"type"} else f"the page knows {page['value']}"
    return _unequal(page["value"], python["value"], where)


def _unequal(page: Any, python: Any, where: str) -> str:
    if isinstance(page, dict) and isinstance(python, dict):
        if page.keys() != python.keys():
            return f"{where}: members {sorted(page)}, in Python {sorted(python)}"
        pairs = [(page[name], python[name], f"{where}.{name}") for name in page]
    elif isinstance(page, list) and isinstance(python, list):
        if len(page) != len(python):
            return f"{where}: {len(page)} items, in Python {len(python)}"
        pairs = [(one, other, f"{where}[]") for one, other in zip(page, python, strict=True)]
    else:
        return "" if _equal(page, python) else f"{where}: {page!r}, in Python {python!r}"
    return next((problem for pair in pairs if (problem := _unequal(*pair))), "")


def _equal(page: Any, python: Any) -> bool:
    if isinstance(python, float) and not math.isfinite(python):
        return page is None  # as JSON.stringify writes it
    if isinstance(python, bool) or isinstance(page, bool) or not isinstance(python, (int, float)):
        return type(page) is type(python) and bool(page == python)
    # JavaScript's numbers are doubles.
    return isinstance(page, (int, float)) and float(page) == float(python)
