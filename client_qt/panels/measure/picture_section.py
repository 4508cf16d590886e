"""Snapshots in the measure panel: what can be kept, and where it goes."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton

from client_qt.panels.measure.section import Section
from client_qt.tools.snapshots import Snapshots
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.plain_label import plain_label

__all__ = ["PictureSection"]

_ACTIONS = ("snapshot", "still", "snapshot_all", "copy")


class PictureSection(Section):
    """Buttons for the actions, each with its key, and the folder."""

    def __init__(self, desk: ToolDesk) -> None:
        say, actions = desk.services.say, desk.services.actions
        super().__init__(say("measure.snapshots"))
        self._say = say
        found = desk.findChild(Snapshots)
        self._snapshots: Snapshots = Snapshots(desk) if found is None else found
        self.buttons: dict[str, QPushButton] = {}
        for action in _ACTIONS:
            name = actions.name(action)
            button = QPushButton(f"{name} ({actions.keys_of(action)})".replace("&", "&&"))
            button.setAccessibleName(name)
            button.clicked.connect(lambda _=False, action=action: actions.run(action))
            self.body.addWidget(button)
            self.buttons[action] = button
        self.folder = plain_label(selectable=True)
        self.folder.setSizePolicy(
            self.folder.sizePolicy().Policy.Ignored, self.folder.sizePolicy().Policy.Preferred
        )
        self.choose = QPushButton(say("measure.folder.choose"))
        self.choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        label: QLabel = plain_label(say("measure.folder"))
        label.setProperty("weight", "dim")
        row.addWidget(label)
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose)
        self.body.addLayout(row)
        self.refresh()

    def refresh(self) -> None:
        """Show the folder."""
        text = str(self._snapshots.folder)
        self.folder.setText(text)
        self.folder.setToolTip(escape(text))
        self.folder.setAccessibleName(f"{self._say('measure.folder')}: {text}")

    def _choose(self) -> None:
        title, there = self._say("measure.folder.title"), str(self._snapshots.folder)
        if folder := QFileDialog.getExistingDirectory(self.window(), title, there):
            self._snapshots.set_folder(Path(folder))
            self.refresh()
