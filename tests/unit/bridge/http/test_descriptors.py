from __future__ import annotations

import logging
import resource

import pytest

from camstrm.bridge.http import descriptors as module
from camstrm.bridge.http.descriptors import LEAST, RESERVE, connections_within_limit
from camstrm.cli.descriptor_limit import raise_descriptor_limit
from camstrm.errors import UsageError

USED = 20


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[int, int]]:
    """Return the limits of this process as the test wants them."""
    limits = {resource.RLIMIT_NOFILE: (1024, 4096)}
    monkeypatch.setattr(module, "_used", lambda: USED)
    monkeypatch.setattr(resource, "getrlimit", limits.__getitem__)
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    return limits


def test_what_fits_is_not_mentioned(
    limited: dict[int, tuple[int, int]], caplog: pytest.LogCaptureFixture
) -> None:
    assert connections_within_limit(256, 64) == 256
    assert caplog.records == []


def test_too_many_viewers_for_the_limit_are_said_at_the_start(
    limited: dict[int, tuple[int, int]], caplog: pytest.LogCaptureFixture
) -> None:
    assert connections_within_limit(20128, 10000) == 1024 - USED - RESERVE
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    text = record.getMessage()
    for part in ("1024 file descriptors", "max_clients = 10000", "20128", "LimitNOFILE="):
        assert part in text


def test_with_no_room_at_all_it_does_not_start(limited: dict[int, tuple[int, int]]) -> None:
    limited[resource.RLIMIT_NOFILE] = (USED + RESERVE + LEAST - 1, 4096)
    with pytest.raises(UsageError, match="to 1024 or more"):
        connections_within_limit(256, 64)
    limited[resource.RLIMIT_NOFILE] = (USED + RESERVE + LEAST, 4096)
    assert connections_within_limit(256, 64) == LEAST


def test_without_a_limit_there_is_room(limited: dict[int, tuple[int, int]]) -> None:
    limited[resource.RLIMIT_NOFILE] = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    assert connections_within_limit(20128, 10000) == 20128


def test_the_bridge_takes_what_it_may(limited: dict[int, tuple[int, int]]) -> None:
    raise_descriptor_limit()
    assert limited[resource.RLIMIT_NOFILE] == (4096, 4096)


def test_a_limit_that_cannot_be_changed_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("filtered")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    raise_descriptor_limit()
