"""Print what floods do to those who only watch."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench.broadcast.picture_set import write_picture_set
from bench.floods import subscribes
from bench.report import markdown


def main() -> None:
    """Run all floods."""
    parser = argparse.ArgumentParser(prog="python -m bench.floods", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        write_picture_set(Path(folder))
        print(markdown(list(subscribes.rows(Path(folder), options.seconds))), flush=True)
        print(markdown(list(subscribes.view_rows(Path(folder), options.seconds))), flush=True)


if __name__ == "__main__":
    main()
