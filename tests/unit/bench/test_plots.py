"""The benchmark's plots are written, one file each."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.report import GUIDE, Series

pytest.importorskip("matplotlib", reason="in the dependency group of the benchmark")


@pytest.mark.leaks_allowed(reason="matplotlib keeps its font files open")
def test_each_plot_is_a_file_of_its_own(tmp_path: Path) -> None:
    from bench.plots import draw

    lines = [
        Series("CPU against viewers", "bridge", "viewers", "CPU in %", ((1, 0.0), (200, 30.0))),
        Series("CPU against viewers", GUIDE, "viewers", "CPU in %", ((1, 0.15), (200, 30.0))),
        Series("age / ms, 4 Mbit/s", "p50", "viewers", "age in ms", ((1, 5.0), (2, 6.0))),
        Series("nothing", "p50", "viewers", "age in ms", ()),
    ]
    paths = draw(lines, tmp_path / "plots")
    assert [path.name for path in paths] == ["CPU-against-viewers.png", "age-ms-4-Mbit-s.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
