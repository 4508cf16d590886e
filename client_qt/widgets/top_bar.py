"""The one line on top of the window: menus, what is wrong, and the rate of the connection."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenuBar, QSizePolicy, QWidget

from client_qt.model.display import Level
from client_qt.model.link import Link
from client_qt.widgets import theme
from client_qt.widgets.plain_label import SELECTABLE
from client_qt.widgets.plain_tip import plain_tip

__all__ = ["TopBar"]


class TopBar(QWidget):
    """Menus at the left, then a dot in the colour of the state with the strip's sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.menus = QMenuBar(self)
        self.menus.setNativeMenuBar(False)
        self.menus.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._dot = _Dot(self)
        self.strip = _line()
        self.strip.setObjectName("strip")
        self.problem = _line()
        self.problem.setObjectName("figure")
        self.note = _line()
        self.figure = _line()
        self.figure.setObjectName("figure")
        self.figure.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._shown: Link | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 10, 0)
        row.setSpacing(8)
        row.addWidget(self.menus)
        row.addWidget(self._dot)
        row.addWidget(self.strip, 3)
        row.addWidget(self.problem, 2)
        row.addWidget(self.note, 2)
        row.addWidget(self.figure)
        for label in (self.problem, self.note):
            label.hide()

    def show_link(self, link: Link) -> None:
        """Show ``link`` if it differs from what is there; assistive technology hears of it."""
        if link == self._shown:
            return
        before, self._shown = self._shown, link
        self._dot.set_level(link.level)
        self.strip.setText(link.text)
        self.strip.setToolTip(plain_tip(link.text))
        self.problem.setVisible(bool(link.problem))
        self.problem.setText(link.problem)
        self.problem.setToolTip(plain_tip(link.problem))
        colour = theme.LEVEL_COLOURS[link.level].name()
        weight = 400 if link.level is Level.GOOD else 600
        self.strip.setStyleSheet(f"color: {colour}; font-weight: {weight};")
        if before is None or before.text != link.text:
            self.strip.setAccessibleName(link.text)

    def show_note(self, text: str) -> None:
        """Say something that is not about the connection; "" for nothing."""
        self.note.setVisible(bool(text))
        self.note.setText(text)
        self.note.setToolTip(plain_tip(text))

    def show_figure(self, text: str, tip: str) -> None:
        """Show the rate of the connection at the right."""
        if self.figure.text() != text:
            self.figure.setText(text)
        self.figure.setToolTip(plain_tip(tip))

    def alert(self) -> None:
        """Let assistive technology read the strip."""
        QAccessible.updateAccessibility(QAccessibleEvent(self.strip, QAccessible.Event.Alert))

    def restyle(self) -> None:
        """Take over the colours of another theme."""
        link, self._shown = self._shown, None
        if link is not None:
            self.show_link(link)


class _Line(QLabel):
    """A line of plain text that gives way where there is no room, without pushing the window."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(0, super().minimumSizeHint().height())


def _line() -> QLabel:
    label = _Line()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(SELECTABLE)
    # Selectable with keys once it is clicked; Tab goes from the menus to the pictures.
    label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


class _Dot(QWidget):
    """A dot in the colour of a level."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(12, 12)
        self._level = Level.IDLE

    def set_level(self, level: Level) -> None:
        self._level = level
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.LEVEL_COLOURS[self._level])
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))
        painter.end()
