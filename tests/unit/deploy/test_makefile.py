from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
@pytest.mark.parametrize(("target", "extra"), [("demo", "grab,bridge"), ("view", "viewer")])
def test_a_first_install_shows_its_progress(tmp_path: Path, target: str, extra: str) -> None:
    command = ["make", "--dry-run", target, f"VENV={tmp_path}/venv"]
    steps = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (install,) = (line for line in steps.splitlines() if " -m pip " in line)
    assert install.endswith(f'install --editable ".[{extra}]"')
    assert "--quiet" not in install
    assert "installing" in steps.partition(install)[0]
