"""``python -m bench.outages [--short] [--part NAME]``: run the parts, print a table of each.

Ends with 1 when a target was missed. The machine should do nothing else: the load is printed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Sequence

from bench.report import Findings, markdown
from tests.simulator.build import SimulatorBuildError

__all__ = ["PARTS", "main"]

PARTS = {
    "grabber killed": "grabber_kills",
    "bridge killed": "bridge_kills",
    "grabber stopped": "stopped_grabber",
    "never reading": "never_reading",
    "black hole": "black_hole",
}
"""Name of each part and its module."""


def main(arguments: Sequence[str]) -> int:
    """Run; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.outages", description=__doc__)
    parser.add_argument("--short", action="store_true", help="few kills, few viewers, seconds")
    parser.add_argument("--part", choices=sorted(PARTS), action="append", help="only this part")
    options = parser.parse_args(arguments)
    missed = False
    for name in options.part or PARTS:
        begin_s = time.monotonic()
        module = importlib.import_module(f"bench.outages.{PARTS[name]}")
        try:
            found: Findings = module.run(short=options.short)
        except SimulatorBuildError as error:
            print(error, file=sys.stderr)
            return 2
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        took_s = time.monotonic() - begin_s
        print(f"## {name}\n\n{markdown(found.rows)}\n\n{took_s:.0f} s, load {load}\n", flush=True)
        missed |= any(row.met is False for row in found.rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
