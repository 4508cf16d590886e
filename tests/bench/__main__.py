"""``make bench``: run all parts, print Markdown, and write JSON where told."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path

from tests.bench import drain, picture, whole_way
from tests.bench.report import Row, markdown

PARTS = {"picture": picture.run, "drain": drain.run, "whole way": whole_way.run}


def main() -> int:
    """Run the benchmark; return 1 when frames were lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes")
    parser.add_argument("--json", metavar="FILE", help="write the rows as JSON")
    parser.add_argument("--part", choices=sorted(PARTS), action="append", help="only this part")
    options = parser.parse_args()
    rows: list[Row] = []
    print(f"{platform.platform()}, Python {platform.python_version()}\n", flush=True)
    for name, run in PARTS.items():
        if options.part is None or name in options.part:
            part = run(short=options.short)
            rows += part
            print(f"## {name}\n\n{markdown(part)}\n", flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps([row.as_dict() for row in rows], indent=2))
    return 1 if any(row.lost for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
