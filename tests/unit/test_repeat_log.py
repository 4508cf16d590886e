from __future__ import annotations

import logging

import pytest

from camstrm.repeat_log import RepeatLog


def test_first_at_once_then_the_sum(caplog: pytest.LogCaptureFixture) -> None:
    now = [100.0]
    log = RepeatLog(logging.getLogger("t"), 1.0, lambda: now[0])
    for _ in range(4):
        log.warning("bad %s", "x")
    now[0] += 1.0
    log.warning("bad %s", "y")
    assert [r.getMessage() for r in caplog.records] == [
        "bad x",
        "bad y (and 3 more such since the last line)",
    ]
