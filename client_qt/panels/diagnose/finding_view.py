"""One finding: how grave it is, what was found, and what to do."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from camstrm.viewing.texts import Texts
from camstrm.wire.operations import Finding
from client_qt.panels.controls.card import GAP, column
from client_qt.panels.controls.sentence import Sentence, Weight

__all__ = ["FindingView", "finding_text"]

_WEIGHTS = {
    "error": Weight.BAD,
    "warning": Weight.WARNING,
    "note": Weight.PLAIN,
    "ok": Weight.GOOD,
}


class FindingView(QFrame):
    """Shows a finding of the server in its own words."""

    def __init__(self, finding: Finding, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("finding")
        self.setProperty("level", finding.level)
        self.finding = finding
        level = texts.say(f"diagnose.level.{finding.level}")
        rows = column(self)
        rows.setContentsMargins(MARK_ROOM, GAP - 2, 0, GAP - 2)
        rows.setSpacing(2)
        rows.addWidget(Sentence(level, _WEIGHTS[finding.level]))
        rows.addWidget(Sentence(finding.text))
        rows.addWidget(Sentence(finding.remedy, Weight.DIM))
        self.setAccessibleName(f"{level}: {finding_text(finding)}")


MARK_ROOM = 10
"""Pixels from the line in the colour of the level to the words."""


def finding_text(finding: Finding) -> str:
    """Return a finding in one line, to be copied or read out."""
    return ". ".join(text.rstrip(".") for text in (finding.text, finding.remedy) if text)
