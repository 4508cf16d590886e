"""``make bench``: run all parts, print Markdown, and write JSON and plots where asked to."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
import time
from pathlib import Path

from bench.report import Findings, markdown

PARTS = {
    "picture": "picture.picture",
    "socket": "hops.socket_hop",
    "drain": "drain.drain",
    "broadcast": "broadcast.broadcast",
    "slow links": "network.slow_links",
    "viewer": "viewer.viewer",
    "page": "page.page",
    "many cameras": "viewer.many",
    "client": "client.client",
    "control": "control.control",
    "views": "views.views",
    "whole way": "whole_way.whole_way",
    "scaling": "whole_way.scaling",
    "restart": "whole_way.restart",
}
"""Name of each part and its module, whose ``run(short=...)`` returns Findings."""


def main() -> int:
    """Run the benchmark; return 1 when frames were lost."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write what was found as JSON")
    parser.add_argument("--plots", metavar="FOLDER", type=Path, help="write plots as PNG")
    parser.add_argument("--part", choices=sorted(PARTS), action="append", help="only this part")
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}\n", flush=True)
    found = Findings()
    for name, module in PARTS.items():
        if options.part is None or name in options.part:
            begin = time.monotonic()
            part: Findings = importlib.import_module(f"bench.{module}").run(short=options.short)
            found.rows += part.rows
            found.series += part.series
            seconds = time.monotonic() - begin
            print(f"## {name}\n\n{markdown(part.rows)}\n\n{seconds:.0f} s\n", flush=True)
    if options.json:
        body = {
            "rows": [row.as_dict() for row in found.rows],
            "series": [series.as_dict() for series in found.series],
        }
        options.json.write_text(json.dumps(body, indent=2))
    if options.plots and found.series:
        # Late: matplotlib is in the benchmark's own dependency group only.
        from bench.plots import draw

        for path in draw(found.series, options.plots):
            print(path)
    return 1 if any(row.lost for row in found.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
