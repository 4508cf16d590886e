"""Pictures that a person keeps: what is seen, the raw picture, all cameras of one moment."""

from __future__ import annotations

import math
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication, QImage

from camstrm.wire import CameraFrame, FrameFlag
from client_qt.model.snapshot import SnapshotFacts, file_name, metadata, safe_name, zoned_time
from client_qt.session.file_fetch import Fetched, raw_url, zip_url
from client_qt.tools.picture_writer import MOST_WAITING, PictureWriter
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.overlay import Overlay
from client_qt.widgets.seen_picture import seen_picture

__all__ = ["FOLDER", "BurntIn", "Snapshots"]

FOLDER = "snapshots.folder"
"""Name of the setting: where snapshots go."""

_PICTURE = "JPEG, 8 bit"
"""What the pixels of what is seen were made of."""


@runtime_checkable
class BurntIn(Protocol):
    """A tool that is drawn into the pictures that are kept."""

    def burnt_in(self, camera: int) -> str:
        """Return its name, "" while it is not on this camera's picture."""


class Snapshots(QObject):
    """Does the actions; files are written beside the UI thread. All methods are that thread's."""

    written = Signal(object, object)
    """Camera, and the file's Path or the sentence that says why there is none."""

    def __init__(self, desk: ToolDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._services = desk.services
        self._writer = PictureWriter(self.written.emit)
        self.written.connect(self._say_written)
        actions, possible = desk.services.actions, self._possible
        actions.connect("snapshot", self.keep_seen, enabled=possible)
        actions.connect("still", self.keep_raw, enabled=possible)
        actions.connect("snapshot_all", self.keep_all, enabled=possible)
        actions.connect("copy", self.copy, enabled=possible)

    @property
    def folder(self) -> Path:
        """Where pictures go: what the person chose, else camstrm in the folder of pictures."""
        chosen = self._services.settings.get(FOLDER, "")
        if chosen:
            return Path(chosen)
        location = QStandardPaths.StandardLocation.PicturesLocation
        return Path(QStandardPaths.writableLocation(location) or Path.home()) / "camstrm"

    def set_folder(self, folder: Path) -> None:
        """Remember where pictures go."""
        self._services.settings.set(FOLDER, str(folder))

    def keep_seen(self) -> None:
        """Write what is seen of the chosen camera as PNG, and beside it a JSON file."""
        camera, view = self._services.chosen, self._services.view(self._services.chosen)
        image = None if view is None else self._seen(view)
        if camera is None or view is None or image is None or view.pictures.frame is None:
            self._say_nothing()
            return
        facts = self._facts(camera, view, view.pictures.frame, image)
        name = self._name(camera, facts.captured_us, facts.frame_id, ".png")
        if self._writer.full:
            self._hint(camera, "tools.save_busy", count=MOST_WAITING)
            return
        self._writer.write(camera, self.folder, name, image, metadata(facts))

    def keep_raw(self) -> None:
        """Fetch the raw picture of the chosen camera as TIFF, and write a JSON file beside it."""
        camera, info = self._services.chosen, self._services.info(self._services.chosen)
        server = None if camera is None else self._services.server_of(camera)
        if camera is None or info is None or server is None or server.address is None:
            self._say_nothing()
            return
        url = raw_url(server.address, info.name)
        name = self._name(camera, self._now_us(camera), "raw", ".tiff")

        def answer(fetched: Fetched) -> None:
            self._on_raw(camera, fetched)

        self._hint(camera, "tools.saving", file=name)
        server.session.files.get(url, self.folder, name, answer)

    def keep_all(self) -> None:
        """Fetch the pictures of one moment of all cameras, of each server in a zip."""
        for server in self._services.servers.values():
            cameras = [c for c in self._services.cameras() if self._services.server_of(c) is server]
            if server.address is None or not cameras:
                continue
            camera = self._services.chosen if self._services.chosen in cameras else cameras[0]
            assert camera is not None
            label = safe_name(server.label)
            name = file_name(label, self._now_us(camera), _zone_minutes(), None, ".zip")

            def answer(fetched: Fetched, camera: int = camera) -> None:
                self.written.emit(camera, fetched.path or fetched.problem)

            self._hint(camera, "tools.saving", file=name)
            server.session.files.get(zip_url(server.address), self.folder, name, answer)

    def copy(self) -> None:
        """Put what is seen into the clipboard."""
        camera, view = self._services.chosen, self._services.view(self._services.chosen)
        image = None if view is None else self._seen(view)
        if camera is None or image is None:
            self._say_nothing()
            return
        QGuiApplication.clipboard().setImage(image)
        self._hint(camera, "tools.copied")

    def close(self) -> None:
        """Wait until all files are written."""
        self._writer.close()

    def _seen(self, view: CameraView) -> QImage | None:
        return seen_picture(view, lambda tool: bool(_burnt(tool, view.camera)))

    def _facts(
        self, camera: int, view: CameraView, frame: CameraFrame, image: QImage
    ) -> SnapshotFacts:
        info, status = self._services.info(camera), self._services.status(camera)
        server, seen, turn = (
            self._services.server_of(camera),
            view.viewport.visible,
            view.viewport.orientation,
        )
        left, top = math.floor(seen.x), math.floor(seen.y)
        return SnapshotFacts(
            file="",
            camera="" if info is None else info.name,
            serial="" if info is None else info.serial,
            model="" if info is None else info.model,
            vendor="" if info is None else info.vendor,
            frame_id=frame.frame_id if frame.flags & FrameFlag.FRAME_ID else None,
            captured_us=frame.capture_time_us,
            saved_us=self._now_us(camera),
            zone_minutes=_zone_minutes(),
            pixel_format="" if status is None else status.pixel_format,
            frame_size=view.viewport.frame,
            region=(
                left,
                top,
                math.ceil(seen.x + seen.width) - left,
                math.ceil(seen.y + seen.height) - top,
            ),
            zoom=view.viewport.scale * view.devicePixelRatioF(),
            rotation=turn.rotation,
            mirror=turn.mirror,
            picture_size=(image.width(), image.height()),
            picture=_PICTURE,
            frozen=view.pictures.freeze.frozen,
            burnt_in=tuple(n for tool in view.tools if (n := _burnt(tool, camera))),
            server="" if server is None else server.label,
        )

    def _on_raw(self, camera: int, fetched: Fetched) -> None:
        if fetched.path is None:
            self.written.emit(camera, fetched.problem)
            return
        info, captured = self._services.info(camera), fetched.headers.get("x-capture-time-us", "")
        facts: dict[str, Any] = {
            "format": 1,
            "file": fetched.path.name,
            "camera": "" if info is None else info.name,
            "serial": "" if info is None else info.serial,
            "model": "" if info is None else info.model,
            "vendor": "" if info is None else info.vendor,
            "frame_id": fetched.headers.get("x-frame-id"),
            "captured": zoned_time(int(captured), _zone_minutes())
            if captured.isdecimal() and len(captured) <= 16
            else None,
            "pixel_format": fetched.headers.get("x-pixel-format", ""),
            "bits": fetched.headers.get("x-bits", ""),
            "region": fetched.headers.get("x-region", ""),
            "picture": "raw",
        }
        self._writer.write_facts(camera, fetched.path, facts)

    def _say_written(self, camera: int, result: object) -> None:
        if isinstance(result, Path):
            self._hint(camera, "tools.saved", file=result.name)
        else:
            self._hint(camera, "tools.save_failed", reason=str(result))

    def _say_nothing(self) -> None:
        camera, info = self._services.chosen, self._services.info(self._services.chosen)
        if camera is not None:
            self._hint(camera, "tools.no_picture", name="" if info is None else info.name)

    def _hint(self, camera: int, key: str, **values: object) -> None:
        self._services.hint(camera, self._services.say(key, **values))

    def _possible(self) -> bool:
        return self._services.chosen is not None

    def _now_us(self, camera: int) -> int:
        return self._services.server_time_us(camera) or time.time_ns() // 1000

    def _name(self, camera: int, time_us: int, frame: int | str | None, suffix: str) -> str:
        info = self._services.info(camera)
        name = "" if info is None else info.name
        return file_name(name, time_us, _zone_minutes(), frame, suffix)


def _burnt(tool: Overlay, camera: int) -> str:
    return tool.burnt_in(camera) if isinstance(tool, BurntIn) else ""


def _zone_minutes() -> int:
    offset = datetime.now(timezone.utc).astimezone().utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)
