"""One file for several cameras: which of them, one after another, and what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtWidgets import QCheckBox, QFrame, QPushButton

from camstrm.errors import CallError
from camstrm.wire import CameraInfo, CameraLease
from camstrm.wire.operations import Changes
from client_qt.model.feature_files import FileRow, FileRun, same_model
from client_qt.panels.asker import Asker, failed_call
from client_qt.panels.controls.card import column
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.widgets.services import ViewerServices, server_and_index

__all__ = ["ApplyRun"]


class ApplyRun(QFrame):
    """A box for each camera of the same model at the same server, and a line for each result."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__()
        say = services.say
        self._services = services
        self._asker = Asker(services, self)
        self._text = ""
        """The file."""
        self._run: FileRun | None = None
        """What is under way, or was last; None: nothing was."""
        self.boxes: dict[int, QCheckBox] = {}
        """By camera."""
        self.lines: list[Sentence] = []
        self.title = Sentence(say("sets.apply"))
        self.title.setToolTip(say("sets.apply.hint"))
        self.stop = QCheckBox(say("files.stop"))
        self.stop.setAccessibleName(say("sets.apply.stop"))
        self.stop.setToolTip(say("sets.apply.stop"))
        self.stop.setChecked(True)
        self.apply = QPushButton(say("sets.apply.do"))
        self.apply.setAccessibleName(say("sets.apply.do"))
        self.apply.setAccessibleDescription(say("sets.apply.hint"))
        self.apply.setAutoDefault(True)
        self.apply.clicked.connect(self._begin)
        self.problem = Sentence("", Weight.BAD)
        self._box_place, self._line_place = column(), column()
        rows = column(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.title)
        rows.addLayout(self._box_place)
        rows.addWidget(self.stop)
        rows.addWidget(self.apply)
        rows.addWidget(self.problem)
        rows.addLayout(self._line_place)

    def offer(self, text: str, camera: int) -> None:
        """Offer to apply a file that fits this camera, and those of its model."""
        self.reset()
        self._text = text
        chosen = self._services.info(camera)
        server = server_and_index(camera)[0]
        if chosen is None:
            return
        others = [c for c in self._services.cameras() if server_and_index(c)[0] == server]
        infos = [info for c in others if (info := self._numbered(c)) is not None]
        for info in same_model(infos, replace(chosen, index=camera)):
            box = QCheckBox(info.name.replace("&", "&&"))
            box.setAccessibleName(info.name)
            box.setChecked(info.index == camera)
            self._box_place.addWidget(box)
            self.boxes[info.index] = box

    def reset(self) -> None:
        """Forget the file; what was begun is done, but nobody hears of it."""
        self._asker.forget()
        self._run = None
        for widget in (*self.boxes.values(), *self.lines):
            widget.hide()
            widget.deleteLater()
        self.boxes, self.lines = {}, []
        self.problem.show_text("")

    def allow(self, allowed: bool) -> None:  # as setEnabled
        """Let the person apply the file, or not."""
        running = self._run is not None and not self._run.done
        self.apply.setEnabled(allowed and not running)

    def _numbered(self, camera: int) -> CameraInfo | None:
        """Return who a camera is, with the window's number as its index."""
        info = self._services.info(camera)
        return None if info is None else replace(info, index=camera)

    def _begin(self) -> None:
        chosen = [camera for camera, box in self.boxes.items() if box.isChecked()]
        infos = [info for c in chosen if (info := self._numbered(c)) is not None]
        self.problem.show_text("" if infos else self._services.say("sets.apply.none"))
        if not infos:
            return
        mine = [info.index for info in infos if self._services.my_lease(info.index)]
        self._run = FileRun(self._text, infos, mine=mine, stop=self.stop.isChecked())
        self.apply.setEnabled(False)
        self._go_on(self._run)

    def _go_on(self, run: FileRun) -> None:
        self._show(run.rows)
        call = run.next()
        if call is None:
            if run.done:
                self.apply.setEnabled(True)
                self._services.announce(". ".join(line.text() for line in self.lines))
            return

        def answered(answer: Struct | CallError) -> None:
            if isinstance(answer, CallError):
                run.failed(call.id, failed_call(answer))
            else:
                run.answered(call.id, cast("Changes | CameraLease", answer))
            self._go_on(run)

        self._asker.ask_as(call.camera, call.operation, call.args, answered)
        self._show(run.rows)

    def _show(self, rows: Sequence[FileRow]) -> None:
        """Show a line for each camera."""
        while len(self.lines) < len(rows):
            line = Sentence()
            self._line_place.addWidget(line)
            self.lines.append(line)
        while len(self.lines) > len(rows):  # the run before was for more cameras
            line = self.lines.pop()
            line.hide()
            line.deleteLater()
        for line, one in zip(self.lines, rows, strict=True):
            line.show_text(*self._line(one))

    def _line(self, row: FileRow) -> tuple[str, Weight]:
        say = self._services.say
        if row.state == "failed":
            return f"{row.name}: {say('sets.run.failed', message=row.problem)}", Weight.BAD
        if row.state != "done" or row.result is None:
            return f"{row.name}: {say(f'sets.run.{row.state}')}", Weight.DIM
        applied, refused = row.result.applied, row.result.refused
        if not refused:
            return f"{row.name}: {say('sets.run.all', applied=applied)}", Weight.GOOD
        text = say("sets.run.done", applied=applied, refused=len(refused))
        reasons = "".join(f"\n  {feature}: {reason}" for feature, reason in refused)
        return f"{row.name}: {text}{reasons}", Weight.WARNING
