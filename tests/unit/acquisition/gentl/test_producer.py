from __future__ import annotations

from types import SimpleNamespace

import pytest

from camstrm.acquisition.gentl.binding import gentl
from camstrm.acquisition.gentl.producer import GentlProducer
from camstrm.errors import ProducerError
from tests.fakes.clock import FakeClock
from tests.fakes.gentl.producers import SERIALS, simulator
from tests.fakes.gentl.scenes_in_child import play


def test_the_devices_of_a_producer(producer: GentlProducer) -> None:
    devices = producer.devices()
    assert tuple(device.serial for device in devices) == SERIALS
    first = devices[0]
    assert (first.vendor, first.model) == ("Machine Vision Games Ltd.", "Viky")
    assert (first.tl_type, first.access, first.user_name) == ("Custom", "ok", "")
    assert first.cti == producer.cti == simulator()
    assert first.interface


def test_a_device_is_found_by_its_whole_serial_number(producer: GentlProducer) -> None:
    found = producer.find("2")
    assert found is not None
    assert found[0].serial == "2"
    for other in ("", "02", "22", "x"):
        assert producer.find(other) is None


def test_a_rescan_finds_the_same_devices(producer: GentlProducer) -> None:
    before = producer.devices()
    producer.rescan()
    assert producer.devices() == before


def test_closed_and_opened_again(producer: GentlProducer) -> None:
    producer.close()
    assert producer.devices() == ()
    producer.close()
    producer.open()
    assert len(producer.devices()) == 3


@pytest.mark.parametrize(
    ("cti", "problem"), [("/no/such.cti", "file not found"), (__file__, "not a shared library")]
)
def test_a_file_that_is_no_producer(cti: str, problem: str) -> None:
    with pytest.raises(ProducerError, match=problem):
        GentlProducer(cti).open()


def test_what_was_opened_halfway_is_closed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    producer = GentlProducer(simulator())

    def fail() -> None:
        raise gentl.IoException("(Message from the source: unplugged) (ID: -1010)")

    with monkeypatch.context() as patch:
        patch.setattr(producer, "_list", fail)
        with pytest.raises(ProducerError, match="its cameras cannot be listed: unplugged"):
            producer.open()
    producer.open()
    assert len(producer.devices()) == len(SERIALS)
    producer.close()


def test_a_second_one_on_the_same_file_is_an_error_and_no_empty_list() -> None:
    problem = play("second_producer", cti=simulator())
    start, _, said = problem.partition("cannot be opened: ")
    assert start == "it loads, but its GenTL system "
    assert "RESOURCE_IN_USE" in said, "the producer's own words"


def test_an_interface_that_cannot_be_scanned_is_passed_over(
    producer: GentlProducer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Interface:
        device_info_list = ()

        def update_device_info_list(self, timeout_ms: int) -> None:
            raise gentl.IoException("(Message from the source: unplugged) (ID: -1010)")

    class Proxy:
        module = Interface()

    harvester = producer.harvester
    # Undone here: a producer that cannot be closed stays in use for all later tests.
    with monkeypatch.context() as patch:
        patch.setattr(harvester, "_ifaces", [Proxy(), *harvester._ifaces])
        producer.rescan()
    assert len(producer.devices()) == 3
    assert "an interface cannot be scanned: unplugged (GC_ERR_IO -1010)" in caplog.text


class _Raw:
    """A device of a producer that tells little."""

    vendor = "Maker"
    user_defined_name = "\udccf\udce0\udcbb\udcfa"
    serial_number = None

    def __init__(self, access_status: object) -> None:
        self.access_status = access_status

    @property
    def model(self) -> str:
        raise gentl.NotAvailableException("(ID: -1014)")

    @property
    def version(self) -> str:
        raise UnicodeDecodeError("utf-8", "无".encode("gbk"), 0, 1, "invalid")


@pytest.mark.parametrize(
    ("status", "access"),
    [(1, "ok"), (3, "no access"), (4, "busy"), (1000, "ok"), (None, "ok"), ("x", "ok")],
)
def test_what_a_device_tells(producer: GentlProducer, status: object, access: str) -> None:
    info = producer._device_info(_Raw(status), object())
    assert info.access == access
    assert (info.vendor, info.model, info.version, info.serial) == ("Maker", "", "", "")
    assert info.user_name == "相机", "a name in the producer's encoding"
    info.user_name.encode()


@pytest.mark.parametrize(
    ("shared", "searches"), [(True, [100.0, 110.0]), (False, [100.0, 101.0, 109.9, 110.9])]
)
def test_searches_in_a_process_with_several_cameras_keep_a_distance(
    shared: bool, searches: list[float]
) -> None:
    """Each one holds the GIL: nine tenths of the time belong to the other cameras."""
    clock = FakeClock()
    begin_s = clock.monotonic()
    searched: list[float] = []

    class Module:
        device_info_list = ()

        def update_device_info_list(self, timeout_ms: int) -> None:
            searched.append(round(clock.monotonic() - begin_s + 100.0, 3))
            clock.advance(1.0)

    producer = GentlProducer("x.cti", shared=shared, clock=clock.monotonic)
    producer._harvester = SimpleNamespace(_ifaces=(SimpleNamespace(module=Module()),))
    for at_s in (100.0, 101.0, 109.9, 110.0):
        clock.advance(max(0.0, at_s - 100.0 - (clock.monotonic() - begin_s)))
        producer.rescan()
    assert searched == pytest.approx(searches, abs=0.01)
