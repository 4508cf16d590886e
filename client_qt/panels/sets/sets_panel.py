"""The panel of settings: files of the chosen camera, and its user sets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import cast

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
)

from camstrm.errors import CallError
from camstrm.wire.operations import CompareFeatures, Differences, FeatureFile
from client_qt.model.feature_files import difference_rows, file_name, file_problem
from client_qt.panels.asker import Asker
from client_qt.panels.controls.card import Card, Scroll, row
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.sets.apply_run import ApplyRun
from client_qt.panels.sets.user_set_card import UserSetCard
from client_qt.panels.setup.camera_panel import CameraPanel
from client_qt.widgets.panel import register_panel
from client_qt.widgets.services import ViewerServices

__all__ = ["SetsPanel"]

_MOST_ROWS = 400
"""Differences that are shown: more than anybody reads."""

_SEEN_ROWS = 10
"""Differences that are seen without scrolling."""

_FILES = "GenApi (*.pfs *.mfs *.txt);;* (*)"
_FOLDER = "sets.folder"
"""Name of a setting: where the last file was."""


class SetsPanel(CameraPanel):
    """Files are read and written here, in the viewer; the server never sees their names."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        say = services.say
        self._asker = Asker(services, self)
        self._camera: int | None = None
        """What all that is shown is about."""
        self._file: tuple[str, str] | None = None
        """Name and text of the file that was opened; None: none is."""
        self.user_sets = UserSetCard(self.desk)
        self.files = Card(say("sets.file"))
        self.files.rows.addWidget(Sentence(say("sets.file.hint"), Weight.DIM))
        self.save = self._button("sets.file.save")
        self.open_file = self._button("sets.file.open")
        self.save.clicked.connect(self._save)
        self.open_file.clicked.connect(self._open)
        self.result = Sentence()
        self.table = _Differences([say(f"sets.diff.{n}") for n in ("feature", "file", "camera")])
        self.table.setAccessibleName(say("files.differences"))
        self.run = ApplyRun(services)
        self.files.rows.addLayout(row(self.save, self.open_file))
        for part in (self.result, self.table, self.run):
            self.files.rows.addWidget(part)
        self.middle = Scroll()
        self.middle.rows.addWidget(self.files)
        self.middle.rows.addWidget(self.user_sets)
        self.middle.rows.addStretch(1)
        self.content.addWidget(self.middle, 1)
        self._close_file()
        self._on_situation()

    def show_camera(self, camera: int | None) -> None:
        """Be about this camera: a file that was opened for another one is closed."""
        if camera != self._camera:
            self._camera = camera
            self._asker.forget()
            self._close_file()
            self.result.show_text("")
            self.user_sets.reset()
        super().show_camera(camera)

    def watch(self) -> None:
        """Watch the user sets."""
        self.desk.watch(self, self.user_sets.features)

    def show_tree(self) -> None:
        self.watch()
        self.user_sets.refresh()

    def show_states(self, names: set[str]) -> None:
        if names & set(self.user_sets.features):
            self.user_sets.refresh()

    def show_situation(self) -> str:
        offline = bool(self.desk.situation()[0]) and self.desk.tree is None
        there = self.services.info(self.desk.camera) is not None
        self.middle.setVisible(there)
        for part in (self.save, self.open_file):
            part.setEnabled(there and not offline and not self._asker.waits)
        self.user_sets.refresh()
        self.run.allow(not self.desk.read_only)
        return ""

    def _button(self, key: str) -> QPushButton:
        say = self.services.say
        button = QPushButton(say(key))
        button.setAccessibleName(say(key))
        button.setAccessibleDescription(say("sets.file.hint"))
        button.setAutoDefault(True)
        return button

    def _say(self, text: str, weight: Weight = Weight.DIM) -> None:
        self.result.show_text(text, weight)
        self.services.announce(text, urgent=weight is Weight.BAD)
        self._on_situation()

    # Save.

    def _save(self) -> None:
        camera, info = self.desk.camera, self.services.info(self.desk.camera)
        if camera is None or info is None:
            return
        self._asker.ask(camera, "save", None, self._on_saved)
        self._say(self.services.say("sets.file.saving", name=info.name))

    def _on_saved(self, answer: Struct | CallError) -> None:
        info = self.services.info(self.desk.camera)
        if isinstance(answer, CallError):
            self._say(str(answer), Weight.BAD)
            return
        saved = cast("FeatureFile", answer)
        self._say("")
        name = file_name("" if info is None else info.name, date.today())  # noqa: DTZ011  # the person's day
        self._ask_path(
            QFileDialog.AcceptMode.AcceptSave, lambda path: self._write(path, saved), name
        )

    def _write(self, path: Path, saved: FeatureFile) -> None:
        say = self.services.say
        try:
            path.write_text(saved.text, "utf-8")
        except OSError as error:
            self._say(say("files.unwritten", file=path, problem=error.strerror), Weight.BAD)
        else:
            self._say(say("sets.file.saved", count=saved.settings, file=path.name), Weight.GOOD)

    # Open, compare.

    def _open(self) -> None:
        self._ask_path(QFileDialog.AcceptMode.AcceptOpen, self.compare)

    def compare(self, path: Path) -> None:
        """Open a file and compare it with the camera."""
        say, camera = self.services.say, self.desk.camera
        info, server = self.services.info(camera), self.services.server_of(camera or 0)
        self._close_file()
        if camera is None or info is None or server is None or server.model.hello is None:
            return
        most = server.model.hello.limits.max_message_size
        try:
            with path.open("rb") as stream:
                text = stream.read(most + 1).decode("utf-8", "replace")
        except OSError as error:
            self._say(say("files.unread", file=path.name, problem=error.strerror), Weight.BAD)
            return
        if problem := file_problem(text, most):
            self._say(say(problem), Weight.BAD)
            return
        self._file = path.name, text
        self._asker.ask(camera, "diff", CompareFeatures(text), self._on_compared)
        self._say(say("sets.diff.comparing", file=path.name, name=info.name))

    def _on_compared(self, answer: Struct | CallError) -> None:
        info, camera = self.services.info(self.desk.camera), self.desk.camera
        if self._file is None or info is None or camera is None:
            return
        if isinstance(answer, CallError):
            self._say(str(answer), Weight.BAD)
            return
        found = cast("Differences", answer)
        name, text = self._file
        rows = difference_rows(found.differences)
        key = "sets.diff.found" if rows else "sets.diff.equal"
        values = {"count": len(rows), "file": name, "equal": found.equal, "name": info.name}
        self.table.show_rows(rows[:_MOST_ROWS])
        self.run.offer(text, camera)
        self.run.setVisible(True)
        self._say(self.services.say(key, **values), Weight.PLAIN)

    def _close_file(self) -> None:
        self._file = None
        self.table.show_rows([])
        self.run.reset()
        self.run.hide()

    def _ask_path(
        self, mode: QFileDialog.AcceptMode, then: Callable[[Path], None], name: str = ""
    ) -> QFileDialog:
        """Let the person choose a file; nothing waits for it."""
        settings = self.services.settings
        dialog = QFileDialog(self.window(), "", settings.get(_FOLDER, ""), _FILES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(mode)
        if mode == QFileDialog.AcceptMode.AcceptSave:
            dialog.setDefaultSuffix("pfs")
            dialog.selectFile(name)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)

        def chosen(file: str) -> None:
            path = Path(file)
            settings.set(_FOLDER, str(path.parent))
            then(path)

        dialog.fileSelected.connect(chosen)
        dialog.open()
        return dialog


class _Differences(QTreeWidget):
    """What differs, row by row: feature, the file's value, the camera's."""

    def __init__(self, heads: list[str]) -> None:
        super().__init__()
        self.setHeaderLabels(heads)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        header = self.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: list[tuple[str, str, str]]) -> None:
        self.clear()
        self.addTopLevelItems([QTreeWidgetItem(list(row)) for row in rows])
        self.setVisible(bool(rows))
        height = self.sizeHintForRow(0) if rows else 0
        self.setFixedHeight(height * min(len(rows), _SEEN_ROWS) + self.header().height() + 8)


register_panel("sets", SetsPanel)
