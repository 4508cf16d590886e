from __future__ import annotations

import pytest

from camstrm.bridge.viewers.bundle_hold import BundleHold
from camstrm.bridge.viewers.counters import HubCounters
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import CameraFrame, CameraState, Encoding, FrameBundle
from tests.fakes.clock import Clock


def bundle(seq: int, *pictures: bytes) -> SharedBundle:
    frames = tuple(
        CameraFrame(i, CameraState.STREAMING, Encoding.JPEG if p else Encoding.NONE, payload=p)
        for i, p in enumerate(pictures)
    )
    return SharedBundle(FrameBundle(seq, seq, frames))


class Rig:
    def __init__(self) -> None:
        self.passed: list[tuple[FrameBundle, int]] = []
        self.counters = HubCounters()
        self.clock = Clock()
        self.hold = BundleHold(
            lambda b, size: self.passed.append((b.bundle, size)), self.counters, self.clock
        )


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_each_bundle_is_passed_on_once(rig: Rig) -> None:
    first, second = bundle(1, b"a"), bundle(2, b"b")
    rig.hold.release()
    rig.hold.hold(first, 10)
    assert rig.passed == []
    rig.hold.release()
    rig.hold.release()
    rig.hold.hold(second, 20)
    rig.hold.release()
    assert rig.passed == [(first.bundle, 10), (second.bundle, 20)]
    assert rig.counters.overtaken == 0


def test_the_newest_overtakes_with_the_pictures_that_it_lacks(rig: Rig) -> None:
    rig.hold.hold(bundle(1, b"a", b"old", b"c"), 10)
    rig.hold.hold(bundle(2, b"", b"b", b""), 20)
    rig.hold.hold(bundle(3, b"A", b"", b""), 30)
    rig.hold.release()
    assert rig.passed == [(bundle(3, b"A", b"b", b"c").bundle, 30)]
    assert rig.counters.overtaken == 2


def test_another_run_of_the_grabber_overtakes_nothing(rig: Rig) -> None:
    old, new = bundle(7, b"a"), bundle(1, b"")
    rig.hold.hold(old, 10)
    rig.hold.hold(new, 20)
    rig.hold.release()
    assert rig.passed == [(old.bundle, 10), (new.bundle, 20)]
    assert rig.counters.overtaken == 0


def test_a_bundle_of_a_grabber_that_went_is_forgotten(rig: Rig) -> None:
    rig.hold.hold(bundle(1, b"a"), 10)
    rig.hold.forget()
    rig.hold.release()
    assert rig.passed == []


def test_bundles_that_never_end_are_passed_on_30_times_a_second(rig: Rig) -> None:
    for seq in range(1, 10_001):
        rig.clock.now += 1 / 10_000
        rig.hold.hold(bundle(seq, b"a"), 10)
    assert 30 <= len(rig.passed) <= 41
    passed = [found.seq for found, _ in rig.passed]
    assert passed == sorted(passed)
    assert rig.counters.overtaken == 10_000 - len(passed) - 1, "the last one waits for more"


def test_a_bundle_that_waits_alone_does_not_go_by_its_age(rig: Rig) -> None:
    rig.hold.hold(bundle(1, b"a"), 10)
    rig.clock.now += 100
    rig.hold.hold(bundle(2, b"b"), 10)
    assert rig.passed == []
