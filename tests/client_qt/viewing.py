"""The vectors that page and Qt viewer are held to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.vectors import layout


def vectors(name: str) -> Any:
    folder = Path(layout.__file__).parent / "viewing"
    return json.loads((folder / f"{name}.json").read_text("utf-8"))
