"""The about box: versions, to be copied into a report, and what the viewer is made with."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import QLibraryInfo, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from camstrm import __version__
from camstrm.viewing.texts import Texts
from client_qt.connections.icon import window_icon
from client_qt.widgets.plain_label import plain_label

__all__ = ["AboutBox"]

_ICON = 64
_WIDTH = 480


class AboutBox(QDialog):
    """Which camstrm, Qt, Python and system this is, and whose work is in it."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        say = texts.say
        self.setWindowTitle(say("about.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self.versions = plain_label(
            "\n".join(
                (
                    f"camstrm {say('about.version', version=__version__)}",
                    say(
                        "about.parts",
                        qt=QLibraryInfo.version().toString(),
                        pyside=PySide6.__version__,
                        python=platform.python_version(),
                        system=f"{platform.system()} {platform.machine()}",
                    ),
                )
            ),
            wrap=True,
            selectable=True,
        )
        icon = QLabel(self)
        icon.setPixmap(window_icon().pixmap(_ICON))
        icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(12)
        name = plain_label("camstrm", wrap=True, selectable=True)
        name.setStyleSheet("font-size: 20px; font-weight: bold;")
        column.addWidget(name)
        column.addWidget(plain_label(say("about.what"), wrap=True, selectable=True))
        column.addWidget(self.versions)
        column.addWidget(plain_label(say("about.licences"), wrap=True, selectable=True))
        copy = QPushButton(say("about.copy"), self)
        copy.setAutoDefault(False)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.versions.text()))
        close = QPushButton(say("about.close"), self)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(copy)
        buttons.addWidget(close)
        column.addStretch(1)
        column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 20, 20, 16)
        row.setSpacing(20)
        row.addWidget(icon)
        row.addLayout(column, 1)
