"""Pictures that are kept: the pixels that are seen, facts beside them, nothing overwritten."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from camstrm.wire import CameraStatus, Status
from client_qt.model.orientation import Orientation
from client_qt.tools import picture_writer
from client_qt.tools.picture_writer import MOST_WAITING
from client_qt.tools.snapshots import FOLDER, Snapshots
from client_qt.tools.tool_desk import desk_of
from tests.client_qt.offline_viewer import OfflineViewer
from tests.fakes.bridge.file_server import Answer, FileServer
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.pictures.viewer_pictures import BASE_US


@pytest.fixture
def server() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


@pytest.fixture
def viewer(qapp: QApplication, tmp_path: Path, server: FileServer) -> Iterator[OfflineViewer]:
    viewer = OfflineViewer(address=f"ws://127.0.0.1:{server.port}/ws")
    viewer.services.settings.set(FOLDER, str(tmp_path / "사진"))
    viewer.picture(0, halves())
    yield viewer
    keeper(viewer).close()
    viewer.close()


def halves() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:, :32] = (220, 20, 20)
    pixels[:, 32:] = (20, 20, 220)
    return pixels


def keeper(viewer: OfflineViewer) -> Snapshots:
    found = desk_of(viewer.services).findChild(Snapshots)
    assert isinstance(found, Snapshots)
    return found


def written(viewer: OfflineViewer) -> list[object]:
    results: list[object] = []
    keeper(viewer).written.connect(lambda _camera, result: results.append(result))
    return results


def test_what_is_seen_is_kept_turned_with_its_facts(
    viewer: OfflineViewer, tmp_path: Path, wait_until: WaitUntil
) -> None:
    status = CameraStatus(index=0, state=2, pixel_format="BayerRG8")
    viewer.session.model.receive_status(Status(BASE_US, cameras=(status,)), viewer.clock())
    results = written(viewer)
    viewer.key("]")
    viewer.key("c")
    viewer.key("s")
    wait_until(lambda: results)
    path = results[0]
    assert isinstance(path, Path)
    assert path.parent == tmp_path / "사진"
    assert path.name.startswith("left_20")
    image = QImage(str(path))
    view = viewer.view()
    assert (image.width(), image.height()) == (
        round(48 * view.viewport.scale),
        round(64 * view.viewport.scale),
    ), "no bars beside it"
    quarter = image.height() // 4
    assert image.pixelColor(image.width() // 3, quarter).red() > 180, "left is on top now"
    assert image.pixelColor(image.width() // 3, 3 * quarter).blue() > 180
    row = int(32.5 * view.viewport.scale)
    crossed = [image.pixelColor(image.width() // 4, row + by) for by in range(-3, 4)]
    assert max(colour.green() for colour in crossed) > 200, "the crosshair is in it"
    facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert facts["file"] == path.name
    assert (facts["camera"], facts["serial"], facts["pixel_format"]) == (
        "left",
        "DA0001",
        "BayerRG8",
    )
    assert facts["captured_us"] == BASE_US
    assert (facts["rotation"], facts["mirror"], facts["burnt_in"]) == (90, False, ["crosshair"])
    assert facts["region"] == [0, 0, 64, 48]
    assert facts["picture_size"] == [image.width(), image.height()]


def test_same_moment_twice_makes_two_files(
    viewer: OfflineViewer, tmp_path: Path, wait_until: WaitUntil
) -> None:
    results = written(viewer)
    viewer.key("s")
    viewer.key("s")
    wait_until(lambda: len(results) == 2)
    names = sorted(path.name for path in (tmp_path / "사진").iterdir())
    assert len(names) == 4
    for path in results:
        assert isinstance(path, Path)
        assert json.loads(path.with_suffix(".json").read_text("utf-8"))["file"] == path.name


def test_enlarged_part_of_the_mirrored_picture(
    viewer: OfflineViewer, wait_until: WaitUntil
) -> None:
    results = written(viewer)
    viewer.key("m")
    viewer.view().viewport.zoom_to(20.0, 0, 0)
    viewer.key("s")
    wait_until(lambda: results)
    path = results[0]
    assert isinstance(path, Path)
    facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
    x, _, width, _ = facts["region"]
    assert x + width == 64, "the sensor's right is at the left now"
    assert width < 64
    assert facts["mirror"] is True
    assert facts["zoom"] == 20
    assert viewer.view().viewport.orientation == Orientation(0, True)


def test_folder_that_cannot_be_written_is_said(
    viewer: OfflineViewer, tmp_path: Path, wait_until: WaitUntil
) -> None:
    (tmp_path / "file").write_text("x")
    keeper(viewer).set_folder(tmp_path / "file")
    results = written(viewer)
    viewer.key("s")
    wait_until(lambda: results)
    assert str(tmp_path / "file") in str(results[0])
    assert "Not saved" in viewer.services.hint_of(0)


def test_no_picture_no_file(viewer: OfflineViewer, tmp_path: Path) -> None:
    viewer.services.choose(1)
    viewer.key("s")
    viewer.key("y")
    assert "no picture" in viewer.services.hint_of(1)
    assert not (tmp_path / "사진").exists()


def test_raw_picture_and_all_cameras_come_over_http(
    viewer: OfflineViewer, server: FileServer, tmp_path: Path, wait_until: WaitUntil
) -> None:
    headers = {"X-Bits": "12", "X-Frame-Id": "77", "X-Capture-Time-Us": str(BASE_US)}
    server.answers["/cam/left.tiff"] = Answer(b"II*\0raw", headers=headers)
    server.answers["/cam.zip"] = Answer(b"PK")
    results = written(viewer)
    viewer.key("S")
    wait_until(lambda: results)
    viewer.key("a")
    wait_until(lambda: len(results) == 2)
    raw, everything = results
    assert isinstance(raw, Path)
    assert isinstance(everything, Path)
    assert raw.read_bytes() == b"II*\0raw"
    assert (raw.suffix, everything.suffix) == (".tiff", ".zip")
    facts = json.loads(raw.with_suffix(".json").read_text("utf-8"))
    assert (facts["bits"], facts["frame_id"], facts["camera"]) == ("12", "77", "left")
    assert facts["captured"].startswith("2023-11-1")
    assert {token for _, token in server.asked} == {"Bearer s3cret"}
    del server.answers["/cam/left.tiff"]
    viewer.key("S")
    wait_until(lambda: len(results) == 3)
    assert results[2] == "no such camera"
    assert sum(path.suffix == ".tiff" for path in raw.parent.iterdir()) == 1


def test_picture_goes_into_the_clipboard(viewer: OfflineViewer) -> None:
    viewer.key("y")
    image = QGuiApplication.clipboard().image()
    assert image.pixelColor(5, 5).red() > 180
    assert image.pixelColor(image.width() - 5, 5).blue() > 180
    QGuiApplication.clipboard().clear()


def test_pictures_are_written_beside_the_ui_in_one_thread_and_not_without_end(
    viewer: OfflineViewer, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, threads = threading.Event(), set[str]()
    write = picture_writer._write

    def slow(folder: Path, name: str, data: bytes) -> Path:
        threads.add(threading.current_thread().name)
        assert go.wait(30)
        return write(folder, name, data)

    monkeypatch.setattr(picture_writer, "_write", slow)
    results = written(viewer)
    for _ in range(MOST_WAITING + 3):
        viewer.services.actions.run("snapshot")
    assert results == [], "the window did not wait"
    assert viewer.view().hint == f"Not saved: {MOST_WAITING} pictures are still being written"
    go.set()
    wait_until(lambda: len(results) == MOST_WAITING)
    assert all(isinstance(result, Path) for result in results)
    assert threads == {"camstrm-snapshot_0"}
