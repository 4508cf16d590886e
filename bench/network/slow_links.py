"""Slow links: age at throttled readers and behind narrow links, far viewers, and the others."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.broadcast.picture_set import write_picture_set
from bench.network.far import far_rows
from bench.network.limited import limited_rows
from bench.network.throttled import throttled_rows
from bench.network.undisturbed import undisturbed_rows
from bench.report import Findings

__all__ = ["run"]


def run(*, short: bool) -> Findings:
    """Return ages, pictures a second and losses; peers and narrow links in the long form."""
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        jpegs = Path(folder)
        write_picture_set(jpegs)
        rows = throttled_rows(jpegs, seconds=1.5 if short else 20.0, peers=not short)
        if not short:
            rows += limited_rows(jpegs, seconds=30.0)
            rows += far_rows(jpegs, seconds=10.0)
        rows += undisturbed_rows(jpegs, seconds=1.5 if short else 8.0, rounds=1 if short else 2)
    return Findings(rows)
