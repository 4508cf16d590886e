from __future__ import annotations

from client_qt.model.acknowledge import AckTracker


def test_bundle_is_released_when_its_last_camera_is_settled() -> None:
    acks = AckTracker()
    ticket = acks.begin(7, [0, 1])
    acks.settle(0, ticket)
    assert acks.release() is None
    acks.settle(1, ticket)
    assert acks.release() == 7
    assert acks.release() is None


def test_bundle_without_pictures_is_done_at_once() -> None:
    acks = AckTracker()
    acks.begin(3, [])
    assert acks.release() == 3


def test_newer_picture_settles_older_ones_of_its_camera_only() -> None:
    acks = AckTracker()
    acks.begin(1, [0, 1])
    second = acks.begin(2, [0])
    acks.settle(0, second)
    assert acks.release() is None, "camera 1 of bundle 1 is still under way"
    acks.settle(1, second)
    assert acks.release() == 2


def test_older_picture_does_not_settle_newer_bundles() -> None:
    acks = AckTracker()
    first = acks.begin(1, [0])
    acks.begin(2, [0])
    acks.settle(0, first)
    assert acks.release() == 1
    assert len(acks._open) == 1


def test_seq_may_start_anew_and_clear_forgets() -> None:
    acks = AckTracker()
    old = acks.begin(900, [0])
    acks.clear()
    new = acks.begin(1, [0])
    assert new > old
    acks.settle(0, old)
    assert acks.release() is None
    acks.settle(0, new)
    assert acks.release() == 1
