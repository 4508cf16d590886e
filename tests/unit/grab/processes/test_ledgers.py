from __future__ import annotations

from camstrm.config import CameraSettings
from camstrm.grab.processes.ledgers import Ledgers
from camstrm.wire import CameraState


def camera(serial: str, name: str = "") -> CameraSettings:
    return CameraSettings(serial=serial, name=name)


def test_configured_cameras_come_first_and_keep_their_indices() -> None:
    ledgers = Ledgers([camera("B", "left"), camera("A")])
    late = camera("C")
    assert ledgers.index(late) is None
    assert [ledgers.add(c) for c in (camera("A"), late, camera("B", "left"), late)] == [1, 2, 0, 2]
    assert ledgers.index(late) == 2
    assert len(ledgers) == 3
    assert [(i.index, i.name, i.serial) for i in ledgers.infos()] == [
        (0, "left", "B"),
        (1, "A", "A"),
        (2, "C", "C"),
    ]


def test_a_device_id_is_no_serial_number() -> None:
    (info,) = Ledgers([camera("id:mac 1")]).infos()
    assert (info.name, info.serial) == ("mac 1", "")


def test_the_status_of_every_camera() -> None:
    ledgers = Ledgers([camera("A"), camera("B")])
    ledgers[1].down(CameraState.LOST, "unplugged")
    assert [(s.index, s.state, s.reason) for s in ledgers.statuses()] == [
        (0, CameraState.OPENING, ""),
        (1, CameraState.LOST, "unplugged"),
    ]
    assert [ledger.info.name for ledger in ledgers] == ["A", "B"]
