"""How the pictures share the window, and arrangements that were given a name."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
)

from client_qt.model.layouts import MODES, NamedLayout, as_setting, read_layouts, with_layout
from client_qt.panels.styled_panel import StyledPanel
from client_qt.widgets.panel import register_panel
from client_qt.widgets.plain_label import plain_label, title_label
from client_qt.widgets.services import ViewerServices

__all__ = ["LayoutsPanel"]

_MOST_LETTERS = 60
_MOST_ROWS = 12
"""So many layouts are seen at once; the field for a new one stays right below them."""


class LayoutsPanel(StyledPanel):
    """Settings: "layout.mode", "layout.large", "order", "layouts", "single" (shown alone)."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        say, settings = services.say, services.settings
        column = QVBoxLayout(self)
        column.addWidget(title_label(say("shell.layout_mode")))
        self.modes = {mode: QRadioButton(say(f"shell.layout_{mode}")) for mode in MODES}
        for mode, button in self.modes.items():
            button.clicked.connect(lambda _on=False, mode=mode: settings.set("layout.mode", mode))
            column.addWidget(button)
        column.addSpacing(8)
        column.addWidget(title_label(say("shell.layout_large_one")))
        self.large = QComboBox()
        self.large.setAccessibleName(say("shell.layout_large_one"))
        self.large.activated.connect(
            lambda at: settings.set("layout.large", self.large.itemData(at))
        )
        column.addWidget(self.large)
        column.addSpacing(8)
        column.addWidget(plain_label(say("shell.order_how"), wrap=True, dim=True))
        reset = QPushButton(say("shell.order_reset"))
        reset.clicked.connect(lambda: settings.set("order", []))
        column.addWidget(reset)
        column.addSpacing(8)
        column.addWidget(title_label(say("shell.layouts_named")))
        self.list = _Names(self)
        self.list.setAccessibleName(say("shell.layouts_named"))
        self.list.itemActivated.connect(lambda item: self.use(item.text()))
        column.addWidget(self.list)
        row = QHBoxLayout()
        self.name = QLineEdit()
        self.name.setMaxLength(_MOST_LETTERS)
        self.name.setPlaceholderText(say("shell.layout_name"))
        self.name.setAccessibleName(say("shell.layout_name"))
        self.name.returnPressed.connect(self._save)
        save = QPushButton(say("shell.layout_save"))
        save.clicked.connect(self._save)
        row.addWidget(self.name, 1)
        row.addWidget(save)
        column.addLayout(row)
        column.addStretch(1)
        for name in ("layouts", "layout.mode", "layout.large", "order"):
            settings.changed(name, self._write)
        services.cameras_changed.connect(self._write)
        self._write()

    def save(self, name: str) -> None:
        """Keep what is on the screen; one of the same name is replaced."""
        settings = self.services.settings
        layout = NamedLayout(
            name,
            settings.get("layout.mode", "auto"),
            settings.get("layout.large", ""),
            tuple(self.services.order()),
            settings.get("single", ""),
        )
        settings.set("layouts", as_setting(with_layout(self._layouts(), layout)))

    def use(self, name: str) -> None:
        """Bring an arrangement back."""
        settings = self.services.settings
        layout = next((one for one in self._layouts() if one.name == name), None)
        if layout is not None:
            settings.set("layout.mode", layout.mode)
            settings.set("layout.large", layout.large)
            settings.set("order", list(layout.order))
            settings.set("single", layout.camera)

    def remove(self, name: str) -> None:
        """Forget an arrangement."""
        left = [layout for layout in self._layouts() if layout.name != name]
        self.services.settings.set("layouts", as_setting(left))

    def _layouts(self) -> list[NamedLayout]:
        return read_layouts(self.services.settings.get("layouts", []))

    def _save(self) -> None:
        if name := self.name.text().strip():
            self.save(name)
            self.name.clear()

    def _write(self) -> None:
        settings, say = self.services.settings, self.services.say
        mode = settings.get("layout.mode", "auto")
        self.modes[mode if mode in MODES else "auto"].setChecked(True)
        self.large.clear()
        self.large.addItem(say("shell.layout_any"), "")
        for name in self.services.order():
            self.large.addItem(name, name)
        self.large.setCurrentIndex(max(0, self.large.findData(settings.get("layout.large", ""))))
        self.list.clear()
        for layout in self._layouts():
            item = QListWidgetItem(layout.name)
            self.list.addItem(item)
        if not self.list.count():
            item = QListWidgetItem(say("shell.layouts_none"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        rows = min(self.list.count(), _MOST_ROWS)
        frame = 2 * self.list.frameWidth() + 4  # the focus is marked by a thicker one
        self.list.setFixedHeight(rows * self.list.sizeHintForRow(0) + frame)


class _Names(QListWidget):
    """Enter brings a layout back, Delete forgets it."""

    def __init__(self, panel: LayoutsPanel) -> None:
        super().__init__()
        self._panel = panel

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Do what the key is for."""
        item = self.currentItem()
        has_one = self.currentRow() >= 0 and bool(item.flags() & Qt.ItemFlag.ItemIsEnabled)
        if event.key() == Qt.Key.Key_Delete and has_one:
            self._panel.remove(item.text())
        else:
            super().keyPressEvent(event)


register_panel("layouts", LayoutsPanel)
