"""The page's JavaScript: node's own test runner, and the golden vectors in a browser too."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.fakes.bridge.page_server import PageServer
from tests.fakes.browser import header, open_page, running_browser, without_browser_skipped

HERE = Path(__file__).parent
VECTORS = HERE.parent / "vectors"
FOLDERS = ("bundles", "messages", "bad/bundles", "bad/messages")


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_node() -> None:
    files = sorted(str(file) for file in HERE.glob("*.test.mjs"))
    assert files
    result = subprocess.run(
        ["node", "--test", *files], capture_output=True, text=True, timeout=100, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.browser
@without_browser_skipped
async def test_vectors_in_the_browser() -> None:
    vectors = [
        {
            "folder": folder,
            "name": file.stem,
            "expected": json.loads(file.read_text(encoding="utf-8")),
            "hex": file.with_suffix(".bin").read_bytes().hex() if "bundles" in folder else "",
        }
        for folder in FOLDERS
        for file in sorted((VECTORS / folder).glob("*.json"))
    ]
    assert len(vectors) > 50
    # No blob: or data: modules under the page's policy, so the check goes in as an expression.
    check = (HERE / "vector_check.mjs").read_text(encoding="utf-8").replace("export ", "")
    expression = f"""(async () => {{
        {check}
        const page = {{
            ...await import("/static/wire.js"),
            ...await import("/static/messages.js"),
        }};
        return {json.dumps(vectors)}
            .filter((vector) => !NOT_HELD.includes(vector.folder + "/" + vector.name))
            .map((vector) => [vector.folder, vector.name, checkVector(page, vector)])
            .filter(([, , problem]) => problem !== "");
    }})()"""
    server = PageServer([])
    await server.start()
    try:
        async with running_browser() as browser, open_page(browser, server.url) as page:
            await expect(header(page)).to_have_attribute("data-mood", "wait")
            assert await page.evaluate(expression) == []
    finally:
        await server.stop()
