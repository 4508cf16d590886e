from __future__ import annotations

import os
from typing import Any

import pytest

from camstrm.acquisition.discovery.device_info import DeviceInfo, with_selectors
from camstrm.config import CameraSettings, Config, ProducerSettings
from camstrm.errors import CameraNotFoundError, ProducerError
from camstrm.grab.search import resolver as resolver_module
from camstrm.grab.search.resolver import CameraResolver
from camstrm.profiles import load_profiles, profile_of
from tests.fakes.manual_loop import ManualLoop

PROFILES = load_profiles()
HIK, FLIR = "/opt/MVS/MvProducerU3V.cti", "/opt/spinnaker/Spinnaker_GenTL.cti"


class FakeRun:
    """A scan that ends when the test says what it found."""

    def __init__(
        self, _loop: object, _running: object, cti: str, done: Any, **options: Any
    ) -> None:
        self.cti = cti
        self.done = done
        self.options = options
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def found(self, *serials: str) -> None:
        self.done(self.cti, tuple(DeviceInfo(self.cti, serial) for serial in serials), None)

    def failed(self, problem: str) -> None:
        self.done(self.cti, (), ProducerError(self.cti, problem))


class Scans:
    """All scans that were started; ``refuse`` makes the next ones impossible."""

    def __init__(self) -> None:
        self.runs: list[FakeRun] = []
        self.refuse = False

    def start(self, *args: Any, **options: Any) -> FakeRun:
        if self.refuse:
            raise FileNotFoundError(2, "No such file or directory")
        self.runs.append(FakeRun(*args, **options))
        return self.runs[-1]

    def last(self, cti: str) -> FakeRun:
        return [run for run in self.runs if run.cti == cti][-1]


class Resolved:
    """A resolver, and what it told."""

    def __init__(self, *ctis: str, cameras: tuple[CameraSettings, ...] = ()) -> None:
        self.loop = ManualLoop()
        self.found: list[tuple[str, str]] = []
        self.missing: list[CameraNotFoundError] = []
        self.settings: list[CameraSettings] = []
        config = Config(producers=tuple(ProducerSettings(cti=cti) for cti in ctis), cameras=cameras)
        loop: Any = self.loop
        self.resolver = CameraResolver(
            loop,
            self.loop.time,
            config,
            {p.cti: profile_of(PROFILES, p) for p in config.producers},
            self._found,
            lambda _, error: self.missing.append(error),
        )
        self.resolver.start()

    def _found(self, camera: CameraSettings, producer: ProducerSettings) -> None:
        self.settings.append(camera)
        self.found.append((camera.serial, producer.cti))


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> Scans:
    scans = Scans()
    monkeypatch.setattr(resolver_module, "DiscoveryRun", scans.start)
    return scans


def cameras(*serials: str, cti: str = "") -> tuple[CameraSettings, ...]:
    return tuple(CameraSettings(serial=serial, cti=cti) for serial in serials)


def test_with_one_producer_nothing_is_searched(scans: Scans) -> None:
    resolved = Resolved(HIK, cameras=cameras("B", "A"))
    assert resolved.found == [("B", HIK), ("A", HIK)]
    assert scans.runs == []
    assert resolved.loop.waiting == []


def test_a_camera_whose_producer_is_named_is_not_searched(scans: Scans) -> None:
    resolved = Resolved(HIK, FLIR, cameras=cameras("A", cti=FLIR))
    assert resolved.found == [("A", FLIR)]
    assert scans.runs == []


def test_the_others_are_searched_under_all_producers(scans: Scans) -> None:
    wanted = (*cameras("A"), *cameras("B", cti=HIK), *cameras("C"))
    resolved = Resolved(HIK, FLIR, cameras=wanted)
    assert resolved.found == [("B", HIK)]
    assert [run.cti for run in scans.runs] == [HIK, FLIR]
    scans.last(FLIR).found("A", "B", "X")
    assert len(resolved.found) == 1, "the answer of the other producer is still missing"
    scans.last(HIK).found("C")
    assert resolved.found == [("B", HIK), ("A", FLIR), ("C", HIK)]
    assert resolved.missing == []
    assert resolved.loop.waiting == []


def test_a_camera_that_two_producers_show_is_the_first_one_s(scans: Scans) -> None:
    resolved = Resolved(HIK, FLIR, cameras=cameras("A"))
    scans.last(FLIR).found("A")
    scans.last(HIK).found("A")
    assert resolved.found == [("A", HIK)]


def test_a_missing_camera_is_told_and_searched_again(scans: Scans) -> None:
    resolved = Resolved(HIK, FLIR, cameras=cameras("A", "B"))
    pauses = []
    for _ in range(5):
        scans.last(HIK).found("A")
        scans.last(FLIR).found("Z")
        (pause,) = resolved.loop.waiting
        pauses.append(pause)
        resolved.loop.advance(pause)
    assert pauses == [2.0, 5.0, 10.0, 20.0, 20.0]
    assert resolved.found == [("A", HIK)], "each camera is found once"
    assert len(resolved.missing) == 5
    assert (resolved.missing[0].serial, resolved.missing[0].found) == ("B", ("A", "Z"))
    assert f"{HIK} and {FLIR}" in str(resolved.missing[0])
    scans.last(HIK).found("A", "B")
    scans.last(FLIR).found()
    assert resolved.found[1:] == [("B", HIK)]
    assert resolved.loop.waiting == []


def test_a_producer_that_bears_one_process_is_not_searched_while_it_streams(
    scans: Scans, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = (*cameras("F1", cti=FLIR), *cameras("H1", "F2", "H2"))
    resolved = Resolved(HIK, FLIR, cameras=wanted)
    assert resolved.found == [], "it is searched before its process starts"
    scans.last(FLIR).found("F1", "F2")
    scans.last(HIK).found("H1")
    assert resolved.found == [("F1", FLIR), ("H1", HIK), ("F2", FLIR)]
    resolved.loop.advance(2.0)
    assert [run.cti for run in scans.runs] == [HIK, FLIR, HIK]
    assert "needs its 'cti'" in caplog.text
    scans.last(HIK).found("H1")
    assert FLIR not in str(resolved.missing[-1])
    resolved.loop.advance(5.0)
    scans.last(HIK).found("H1", "H2")
    assert resolved.found[-1] == ("H2", HIK)


def test_a_producer_that_fails_does_not_stop_the_other(
    scans: Scans, caplog: pytest.LogCaptureFixture
) -> None:
    resolved = Resolved(HIK, FLIR, cameras=cameras("A", "B"))
    scans.last(HIK).failed("crashed")
    scans.last(FLIR).found("B")
    assert resolved.found == [("B", FLIR)]
    assert f"GenTL producer {HIK}: crashed" in caplog.text
    assert len(resolved.loop.waiting) == 1


def test_without_configured_cameras_all_are_taken_once(scans: Scans) -> None:
    resolved = Resolved(HIK, FLIR)
    scans.last(HIK).found("A", "B")
    scans.last(FLIR).found("B", "C")
    assert resolved.found == [("A", HIK), ("B", HIK), ("C", FLIR)]
    assert resolved.loop.waiting == [], "what runs is not disturbed by scans"


def test_without_any_camera_the_search_goes_on(
    scans: Scans, caplog: pytest.LogCaptureFixture
) -> None:
    resolved = Resolved(HIK)
    for _ in range(3):
        scans.last(HIK).found()
        resolved.loop.advance(20.0)
    assert caplog.text.count("no camera found yet") == 1
    scans.last(HIK).found("A")
    assert resolved.found == [("A", HIK)]


def device(serial: str, device_id: str, cti: str = HIK) -> DeviceInfo:
    return DeviceInfo(cti, serial, device_id=device_id)


def test_cameras_without_a_serial_number_of_their_own_are_taken_by_device_id(scans: Scans) -> None:
    resolved = Resolved(HIK, FLIR)
    seen = (device("", "mac 1"), device("S", "mac 2"), device("S", "mac 3"))
    scans.last(HIK).done(HIK, with_selectors(seen), None)
    scans.last(FLIR).done(FLIR, (device("", "mac 1", FLIR), device("mac 1", "x", FLIR)), None)
    assert resolved.found == [
        ("id:mac 1", HIK),
        ("id:mac 2", HIK),
        ("id:mac 3", HIK),
        ("id:mac 1", FLIR),
        ("mac 1", FLIR),
    ]
    labels = [settings.label for settings in resolved.settings]
    assert labels[:3] == ["mac 1", "mac 2", "mac 3"]
    assert len(set(labels)) == 5


def test_a_camera_that_is_seen_under_two_producers_is_told_once(
    scans: Scans, caplog: pytest.LogCaptureFixture
) -> None:
    Resolved(HIK, FLIR)
    scans.last(HIK).found("A")
    scans.last(FLIR).found("A")
    assert f"camera A is seen under {FLIR}, too; it is used under {HIK}" in caplog.text


def test_a_configured_device_id_is_found_under_its_producer(scans: Scans) -> None:
    resolved = Resolved(HIK, FLIR, cameras=cameras("id:mac 1"))
    scans.last(HIK).found("A")
    scans.last(FLIR).done(FLIR, (device("S", "mac 1", FLIR),), None)
    assert resolved.found == [("id:mac 1", FLIR)]


def test_a_camera_with_neither_serial_number_nor_device_id_is_told(
    scans: Scans, caplog: pytest.LogCaptureFixture
) -> None:
    resolved = Resolved(HIK)
    scans.last(HIK).found("", "A")
    assert resolved.found == [("A", HIK)]
    assert caplog.text.count("neither serial number nor device id: it cannot be used") == 1


@pytest.mark.parametrize(
    ("serial", "name"),
    [
        ("DA123", "DA123"),
        ("7-1_2.3", "7-1_2.3"),
        ("a 1 ü", "a 1 ü"),
        ("a b/ü", "a b_ü-736afe65"),
        ("x" * 70, "x" * 55 + "-c71bd109"),
    ],
)
def test_the_name_of_a_camera_that_nobody_named_fits_into_urls(
    scans: Scans, serial: str, name: str
) -> None:
    resolved = Resolved(HIK)
    scans.last(HIK).found(serial)
    (settings,) = resolved.settings
    assert settings.serial == serial
    assert settings.label == name


def test_an_interpreter_that_is_not_there_is_tried_again(
    scans: Scans, caplog: pytest.LogCaptureFixture
) -> None:
    scans.refuse = True
    resolved = Resolved(HIK)
    assert "cannot be started: No such file" in caplog.text
    scans.refuse = False
    resolved.loop.advance(2.0)
    scans.last(HIK).found("A")
    assert resolved.found == [("A", HIK)]


def test_stopped_while_it_searches_or_waits(scans: Scans) -> None:
    searching = Resolved(HIK, FLIR)
    searching.resolver.stop()
    assert [run.cancelled for run in scans.runs] == [True, True]
    waiting = Resolved(HIK)
    scans.last(HIK).found()
    waiting.resolver.stop()
    assert waiting.loop.waiting == []


def test_scans_run_in_the_environment_of_their_producer(scans: Scans) -> None:
    Resolved(HIK, FLIR)
    hik, flir = scans.last(HIK).options, scans.last(FLIR).options
    assert hik["environment"]["LD_LIBRARY_PATH"].startswith("/opt/MVS")
    assert flir["environment"].get("LD_LIBRARY_PATH") == os.environ.get("LD_LIBRARY_PATH")
    assert (hik["text_encoding"], flir["text_encoding"]) == ("gbk", "utf-8")
