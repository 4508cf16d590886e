"""One end of a hop as a process: ``python -m bench.hops WAY send|receive ADDRESS COUNT``.

A receiver writes ``ready`` when a sender may come; at its end each writes a line of JSON.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys


def main() -> None:
    """Send or receive."""
    way, end, address, count = sys.argv[1:]
    # That the sender goes at the end is no news.
    logging.basicConfig(level=logging.ERROR)
    module = importlib.import_module(f"bench.hops.{way}")
    if end == "send":
        report = module.send(address, int(count))
    else:
        report = module.receive(address, int(count), lambda: print("ready", flush=True))
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
