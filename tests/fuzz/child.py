"""The process that atheris drives: ``python -m tests.fuzz.child TARGET SAMPLES [LIBFUZZER...]``.

It ends as libFuzzer ends: with 0 after its runs, with the input in a file at the first fault.
``SAMPLES`` is a file for some of the inputs that were looked at, a line of hexadecimal digits each:
libFuzzer keeps only those that reach other branches of Python's decoder, and the page has others.
"""

from __future__ import annotations

import importlib
import random
import sys
import zlib
from pathlib import Path
from typing import IO

import atheris

from tests.fuzz.tokens import changed

__all__ = ["main"]

_ONE_OF_ACCEPTED, _ONE_OF_REFUSED = 20, 200
"""Of so many different inputs one is kept; few of all inputs are accepted."""

_MOST_KEPT = 40_000

_BY_BYTES = 0.2
"""Share of the inputs that libFuzzer changes in its own way where there are tokens."""

_FROM_SEEDS = 0.4
"""Share of the others that are made of a whole message again: of those that were found, many are
broken somewhere."""


class _Samples:
    """Keeps some inputs, the same ones however often they come."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._seen: set[int] = set()

    def note(self, data: bytes, *, accepted: bool) -> None:
        number = zlib.crc32(data)
        if number % (_ONE_OF_ACCEPTED if accepted else _ONE_OF_REFUSED):
            return
        if number not in self._seen and len(self._seen) < _MOST_KEPT:
            self._seen.add(number)
            self._file.write(data.hex() + "\n")
            self._file.flush()  # libFuzzer leaves without closing files


def main(arguments: list[str]) -> None:
    """Search until libFuzzer ends the process."""
    name, sample_file, *options = arguments
    # Known only with its modules, which have to be instrumented while they are imported.
    instruments = {"include": ["camstrm", "tomllib", "tomli"], "enable_loader_override": False}
    with atheris.instrument_imports(**instruments):
        target = importlib.import_module("tests.fuzz.targets").TARGETS[name]
    seeds = importlib.import_module("tests.fuzz.seeds")
    known, begins = seeds.words(name), seeds.seeds(name)
    with Path(sample_file).open("w") as file:
        samples = _Samples(file)

        def look(data: bytes) -> None:
            samples.note(data, accepted=target.check(data))

        def change(data: bytes, most: int, seed: int) -> bytes:
            # Not for secrets: libFuzzer's seed gives the same inputs each time.
            rng = random.Random(seed)
            if rng.random() < _BY_BYTES:
                return bytes(atheris.Mutate(data, most))
            if rng.random() < _FROM_SEEDS:
                data = rng.choice(begins)
            head = 1 if name == "calls" else 0  # chooses the operation
            return (data[:head] + changed(data[head:], known, rng))[:most]

        mutator = {} if name in ("bundles", "packets") else {"custom_mutator": change}
        atheris.Setup([sys.argv[0], *options], look, **mutator)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
