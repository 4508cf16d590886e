"""The dialog that shows a certificate which nothing here vouches for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from camstrm.client.address import ServerAddress
from camstrm.viewing.texts import Texts
from client_qt.model.certificate import Certificate, spaced
from client_qt.model.display import Level
from client_qt.widgets import theme
from client_qt.widgets.plain_label import plain_label

__all__ = ["CertificateDialog"]

_WIDTH = 600


class CertificateDialog(QDialog):
    """Whose certificate it is, until when, its fingerprint; trusted once, from now on, or not.

    Of one that has changed both fingerprints are there, and Enter refuses it.
    """

    trusted = Signal(bool)
    """The person trusts it: from now on (True), or this once."""

    def __init__(
        self,
        texts: Texts,
        address: ServerAddress,
        certificate: Certificate,
        before: str,
        parent: QWidget | None = None,
    ) -> None:
        """``before``: fingerprint that was trusted until now, empty if none was."""
        super().__init__(parent)
        say = texts.say
        self.setWindowTitle(say("connect.certificate.title", server=address.label))
        self.setMinimumWidth(_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(14)
        kind = "changed" if before else "unknown"
        self.warning = plain_label(
            say(f"connect.certificate.{kind}", server=address.label), wrap=True, selectable=True
        )
        if before:
            bad = theme.LEVEL_COLOURS[Level.BAD].name()
            self.warning.setStyleSheet(f"color: {bad}; font-weight: bold;")
        column.addWidget(self.warning)
        form = QFormLayout()
        form.setSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        rows = [
            ("subject", certificate.subject),
            ("issuer", certificate.issuer),
            (
                "valid",
                say(
                    "connect.certificate.from_until",
                    start=certificate.valid_from,
                    end=certificate.valid_until,
                ),
            ),
        ]
        if before:
            rows += [("fingerprint_trusted", spaced(before))]
        rows += [
            ("fingerprint_now" if before else "fingerprint", spaced(certificate.fingerprint)),
            ("problem", "\n".join(certificate.problems)),
        ]
        for name, value in rows:
            label = plain_label(value, wrap=True, selectable=True)
            label.setObjectName(name)
            if name.startswith("fingerprint"):
                label.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            form.addRow(plain_label(say(f"connect.certificate.{name}")), label)
        column.addLayout(form)
        self.refuse = QPushButton(say("connect.certificate.refuse"), self)
        self.refuse.clicked.connect(self.reject)
        self.once = QPushButton(say("connect.certificate.once"), self)
        self.once.clicked.connect(lambda: self._trust(always=False))
        self.always = QPushButton(say("connect.certificate.always"), self)
        self.always.clicked.connect(lambda: self._trust(always=True))
        for button in (self.once, self.always):
            button.setAutoDefault(False)
        # Whoever presses Enter without reading has refused.
        self.refuse.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.refuse, self.once, self.always):
            buttons.addWidget(button)
        column.addLayout(buttons)

    def _trust(self, *, always: bool) -> None:
        self.accept()
        self.trusted.emit(always)
