"""``python -m tests.fuzz [--seconds N | --runs N] [--target NAME]``: search for inputs that break.

What was found stays in ``build/fuzz``, and the next run begins with it: ``corpus`` (inputs that
reach something new), ``samples`` and ``faults`` (inputs that were a fault) of each target. Ends
with 1 when there is a fault. An input that was one becomes a vector (``tests/vectors``).
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.page import compare, has_node
from tests.fuzz.seeds import seeds, words
from tests.fuzz.targets import MAX_INPUT, TARGETS

__all__ = ["main"]

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "build" / "fuzz"

_INPUT_TIMEOUT_S = 20
"""For one input, on a busy machine; without instruments it takes some microseconds."""

_MOST_MB = 2048
_MOST_SHOWN = 5
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s+(\d+)")
_DONE = re.compile(r"Done (\d+) runs in (\d+) second")
_COVERAGE = re.compile(r"cov: (\d+)")

_NO_ATHERIS = (
    "atheris is not installed for this Python ({version}): it has wheels for Python 3.10 to 3.14 "
    "on Linux (x86-64). 'make properties' runs the property tests with many examples instead."
)


@dataclass(frozen=True)
class _Search:
    """What became of one target; ``fault``: the file with the input, None if there is none."""

    name: str
    runs: int
    seconds: float
    branches: int
    corpus: int
    fault: Path | None


def main(arguments: Sequence[str]) -> int:
    """Search; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=int, default=60, help="of each target")
    length.add_argument("--runs", type=int, default=0, help="of each target, instead of seconds")
    parser.add_argument("--target", choices=sorted(TARGETS), action="append")
    parser.add_argument("--place", type=Path, default=PLACE, help="for what is found")
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        print(_NO_ATHERIS.format(version=sys.version.split()[0]), file=sys.stderr)
        return 2
    limit = f"-runs={options.runs}" if options.runs else f"-max_total_time={options.seconds}"
    print(
        f"{'target':<10}{'runs':>12}{'seconds':>9}{'runs/s':>9}{'branches':>10}{'corpus':>8}  fault"
    )
    faults = 0
    for name in options.target or TARGETS:
        found = _search(name, options.place / name, limit)
        faults += found.fault is not None
        print(_line(found), flush=True)
    for name in ("bundles", "messages"):
        if name in (options.target or TARGETS):
            faults += _compare_page(name, options.place / name)
    return 1 if faults else 0


def _search(name: str, place: Path, limit: str) -> _Search:
    folders = {kind: place / kind for kind in ("corpus", "seeds", "faults")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(name)):
        (folders["seeds"] / f"{number:03}").write_bytes(data)
    dictionary = place / "words"
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in words(name)))
    command = [
        *(sys.executable, "-m", "tests.fuzz.child", name, str(place / "samples"), limit),
        *(f"-max_len={MAX_INPUT}", f"-dict={dictionary}", f"-timeout={_INPUT_TIMEOUT_S}"),
        *(f"-rss_limit_mb={_MOST_MB}", "-print_final_stats=1", "-reduce_inputs=0"),
        f"-artifact_prefix={folders['faults']}/",
        *(str(folders["corpus"]), str(folders["seeds"])),
    ]
    log = place / "log"
    with log.open("w") as file:
        code = subprocess.run(command, cwd=ROOT, stdout=file, stderr=file, check=False).returncode
    text = log.read_text(errors="replace")
    fault = None
    if code:
        newest = sorted(folders["faults"].iterdir(), key=lambda path: path.stat().st_mtime)
        fault = newest[-1] if newest else log
        print(text[-3000:], file=sys.stderr)
    done = _DONE.search(text)
    executed = _EXECUTED.search(text)
    coverage = _COVERAGE.findall(text)
    return _Search(
        name,
        int((done or executed or [0, 0])[1]),
        float(done[2]) if done else 0.0,
        int(coverage[-1]) if coverage else 0,
        len(list(folders["corpus"].iterdir())),
        fault,
    )


def _line(found: _Search) -> str:
    rate = found.runs / found.seconds if found.seconds else 0.0
    return (
        f"{found.name:<10}{found.runs:>12,}{found.seconds:>9.0f}{rate:>9,.0f}"
        f"{found.branches:>10}{found.corpus:>8}  {found.fault or 'none'}"
    )


def _compare_page(name: str, place: Path) -> int:
    """Print what the page makes of what the search has kept; return how often it is another."""
    if not has_node():
        print(f"{name}: not compared with the page's decoder: node is not installed")
        return 0
    found = compare(name, _inputs(place))
    differences = found.differences
    for difference in differences[:_MOST_SHOWN]:
        print(f"{name}: {difference.problem}\n  {difference.data!r}")
    if differences:
        path = place / "faults" / "page"
        path.write_bytes(differences[0].data)
        print(f"{name}: {len(differences)} answers of the page differ; the first is to {path}")
    print(
        f"{name}: page and Python agree on {found.accepted:,} accepted and {found.refused:,} "
        f"refused inputs"
        + f"; {found.doubles} differ by JavaScript's numbers only"
        * bool(found.doubles)
    )
    return len(differences)


def _inputs(place: Path) -> list[bytes]:
    """Return what the search has kept of a target."""
    kept = [path.read_bytes() for kind in ("seeds", "corpus") for path in (place / kind).iterdir()]
    samples = place / "samples"
    if samples.exists():
        kept += [bytes.fromhex(line) for line in samples.read_text().splitlines()]
    return list(dict.fromkeys(kept))


def _escaped(word: bytes) -> str:
    """Return a word as libFuzzer's dictionaries have it."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in word
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
