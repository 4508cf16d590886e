from __future__ import annotations

import json
from pathlib import Path

from client_qt.model.pixel_budget import PixelBudget

VECTORS = Path(__file__).parents[1] / "vectors" / "viewing" / "pixel_budget.json"


def test_all_pictures_together_keep_within_the_budget() -> None:
    vectors = json.loads(VECTORS.read_text("utf-8"))
    budget = PixelBudget(vectors["most"])
    for step in vectors["steps"]:
        if "take" in step:
            assert budget.take(step["take"], step["pixels"]) == step["fits"]
        else:
            budget.release(step["release"])
        assert budget.total == step["total"]
