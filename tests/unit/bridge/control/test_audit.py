from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from camstrm.bridge.control import audit
from camstrm.bridge.control.audit import AuditRecord, AuditTrail
from camstrm.bridge.control.audit_file import AuditFile
from camstrm.log_lines import JsonFormatter

RECORD = AuditRecord(
    "2026-11-27T18:00:00.000Z",
    "anna",
    "control",
    "192.0.2.7",
    7,
    "left",
    "SN1",
    "set",
    "Gain",
    {"GainSelector": "All"},
    1.0,
    2.0,
    2.0,
)


class ScriptedFile(AuditFile):
    """Fails as long as ``failure`` is set."""

    failure: OSError | None = None

    def append(self, lines: Any) -> None:
        if self.failure is not None:
            raise self.failure
        super().append(lines)

    def probe(self) -> None:
        if self.failure is not None:
            raise self.failure


def read(file: AuditFile) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.path.read_text().splitlines()]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  nothing else says that a thread is done
        await asyncio.sleep(0.001)


async def finish(trail: AuditTrail) -> None:
    trail.stop()
    await asyncio.wait_for(trail.run(), 30)


async def test_a_change_is_a_line_of_json_and_a_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = AuditFile(tmp_path)
    trail = AuditTrail(file)
    with caplog.at_level(logging.INFO):
        trail.add(RECORD)
    await finish(trail)
    assert await asyncio.to_thread(read, file) == [
        {
            "time": "2026-11-27T18:00:00.000Z",
            "name": "anna",
            "role": "control",
            "address": "192.0.2.7",
            "viewer": 7,
            "camera": "left",
            "serial": "SN1",
            "do": "set",
            "feature": "Gain",
            "selectors": {"GainSelector": "All"},
            "old": 1.0,
            "new": 2.0,
            "wanted": 2.0,
            "result": "ok",
        }
    ]
    assert (
        "anna (control, 192.0.2.7, viewer 7): set of left Gain[GainSelector=All]: 1.0 -> 2.0"
        in caplog.text
    )


async def test_the_log_names_camera_and_serial_number_and_has_the_change_as_fields(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caplog.handler, "formatter", JsonFormatter())
    trail = AuditTrail(AuditFile(tmp_path))
    with caplog.at_level(logging.INFO):
        trail.add(RECORD)
    await finish(trail)
    line = json.loads(caplog.text)
    named = [line[name] for name in ("camera", "serial", "person", "do", "feature", "result")]
    assert named == ["left", "SN1", "anna", "set", "Gain", "ok"]


async def test_no_text_forges_a_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = AuditFile(tmp_path)
    trail = AuditTrail(file)
    evil = 'x\n{"forged": 1}\x1b[2J\u2028'
    with caplog.at_level(logging.INFO):
        trail.add(replace(RECORD, camera=evil, new=evil, result=evil, selectors={"S": evil}))
    await finish(trail)
    (line,) = await asyncio.to_thread(read, file)
    assert (line["camera"], line["new"]) == (evil, evil)
    assert len(caplog.messages) == 1
    assert caplog.messages[0].isprintable()


async def test_what_cannot_be_written_is_kept_and_nothing_may_be_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(audit, "RETRY_S", 0.01)
    file = ScriptedFile(tmp_path)
    trail = AuditTrail(file)
    task = asyncio.create_task(trail.run())
    assert trail.problem == ""
    file.failure = OSError(28, "No space left on device")
    trail.add(RECORD)
    await until(lambda: bool(trail.problem))
    assert trail.problem == (
        f"the audit file {file.path} cannot be written (No space left on device)"
    )
    trail.add(replace(RECORD, feature="Width"))
    file.failure = None
    await until(lambda: not trail.problem)
    trail.stop()
    await asyncio.wait_for(task, 30)
    assert [line["feature"] for line in await asyncio.to_thread(read, file)] == ["Gain", "Width"]
    assert caplog.text.count("no camera can be changed until it can") == 1


async def test_a_file_that_cannot_be_written_is_noticed_before_the_first_change(
    tmp_path: Path,
) -> None:
    file = ScriptedFile(tmp_path)
    file.failure = OSError(30, "Read-only file system")
    trail = AuditTrail(file)
    await finish(trail)
    assert "Read-only file system" in trail.problem


async def test_lines_that_wait_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_WAITING", 3)
    trail = AuditTrail(AuditFile(tmp_path))
    for _ in range(3):
        assert trail.problem == ""
        trail.add(RECORD)
    assert "3 lines wait for the audit file" in trail.problem
    await finish(trail)
    assert trail.problem == ""


async def test_what_is_lost_at_the_end_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = ScriptedFile(tmp_path)
    file.failure = OSError(28, "No space left on device")
    trail = AuditTrail(file)
    trail.add(RECORD)
    await finish(trail)
    assert f"1 changes are missing in {file.path}" in caplog.text
