from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulator.cost import measure


@pytest.mark.slow
def test_reference_load_costs_less_than_a_quarter_of_a_core(
    camsim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # measure() sets the variable; the fixture puts back what was.
    monkeypatch.setenv("CAMSIM_SCENARIO", "")
    measured = measure(camsim, 3.0)
    assert measured.core_share < 0.25
    assert measured.produced > 3 * 800
