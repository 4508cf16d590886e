"""Arguments that several commands take."""

from __future__ import annotations

import argparse

__all__ = ["INSTALLED", "add_cti", "add_repeatable"]

INSTALLED = "all producers that are installed where their makers put them"


def add_repeatable(parser: argparse.ArgumentParser, name: str, value: str, what: str) -> None:
    """Add an option that may be repeated; its values become a list."""
    parser.add_argument(name, action="append", default=[], metavar=value, help=what)


def add_cti(parser: argparse.ArgumentParser, without: str = INSTALLED) -> None:
    """Add ``--cti``; ``without``: what is meant if it is not given."""
    what = f"a maker's GenTL producer (.cti); may be repeated. Without it: {without}"
    add_repeatable(parser, "--cti", "FILE", what)
