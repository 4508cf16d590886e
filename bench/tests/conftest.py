"""What every test of the project has: see ``tests/conftest.py``."""

from __future__ import annotations

pytest_plugins = ["tests.conftest"]
