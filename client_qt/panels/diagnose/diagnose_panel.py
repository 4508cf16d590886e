"""The panel that says why a camera is missing, and tries again."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtWidgets import QApplication, QPushButton

from camstrm.errors import CallError
from camstrm.wire.operations import Finding, Findings
from client_qt.panels.asker import Asker
from client_qt.panels.changer import Changer
from client_qt.panels.controls.card import GAP, Scroll, column, row
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.diagnose.finding_view import FindingView, finding_text
from client_qt.panels.diagnose.history_list import HistoryList
from client_qt.panels.styled_panel import StyledPanel
from client_qt.widgets.panel import register_panel
from client_qt.widgets.services import ViewerServices

__all__ = ["DiagnosePanel"]


class DiagnosePanel(StyledPanel):
    """Shows the findings of the chosen camera, asked for again whenever its state changes."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        say = services.say
        self._camera: int | None = None
        self._active = False
        self._state: object = None
        """What of the camera's state the findings are of; None: nothing was asked yet."""
        self._asker = Asker(services, self)
        self._changer = Changer(services, self)
        scroll = Scroll()
        outer = column(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.name = Sentence("", Weight.TITLE)
        self.state = Sentence("", Weight.DIM)
        self.again = QPushButton(say("diagnose.again"))
        self.again.setAccessibleName(say("diagnose.again"))
        self.again.setAccessibleDescription(say("diagnose.again.hint"))
        self.again.setToolTip(say("diagnose.again.hint"))
        self.look = QPushButton(say("diagnose.look"))
        self.look.setAccessibleName(say("diagnose.look"))
        self.copy = QPushButton(say("diagnose.copy"))
        self.copy.setAccessibleName(say("diagnose.copy"))
        self.problem = Sentence("", Weight.DIM)
        self.findings: list[FindingView] = []
        self._list = column()
        self._list.setSpacing(GAP)
        for button in (self.again, self.look, self.copy):
            button.setAutoDefault(True)  # Enter presses it, too
        buttons = row(self.again, self.look, self.copy)
        buttons.addStretch(1)
        for part in (self.name, self.state):
            scroll.rows.addWidget(part)
        scroll.rows.addLayout(self._list)
        scroll.rows.addWidget(self.problem)
        scroll.rows.addLayout(buttons)
        self.history = HistoryList(services)
        scroll.rows.addWidget(self.history)
        scroll.rows.addStretch(1)
        self.again.clicked.connect(self._try_again)
        self.look.clicked.connect(self._ask)
        self.copy.clicked.connect(self._copy)
        services.changed.connect(self._on_changed)

    def show_camera(self, camera: int | None) -> None:
        """Show the findings of this camera."""
        self._asker.forget()
        self._changer.forget()
        self._camera = camera
        self._state = None
        self._show_findings(())
        self.history.forget()
        info = self.services.info(camera)
        self.name.show_text("" if info is None else info.name)
        self._show(self.services.say("diagnose.none") if info is None else "")
        if self._active:
            self._ask()

    def set_active(self, active: bool) -> None:
        """Ask while the panel can be seen."""
        self._active = active
        if active:
            self._ask()
        else:
            self._asker.forget()
            self.history.forget()
            self._state = None

    def _ask(self) -> None:
        camera = self._camera
        known = self.services.camera(camera)
        if camera is None or known is None:
            return
        self._asker.forget()
        self._state = known.state, known.reason
        if not self.findings:
            self._show(self.services.say("diagnose.asking", name=known.info.name))
        self._asker.ask(camera, "diagnose", None, self._on_findings)
        self.history.ask(camera)
        self._enable()

    def _on_findings(self, answer: Struct | CallError) -> None:
        if isinstance(answer, CallError):
            # Without an answer the problem itself is what was found.
            self._show_findings((Finding("error", answer.problem, answer.remedy),))
            self._show("")
        else:
            assert isinstance(answer, Findings)
            self._show_findings(answer.findings)
            self._show("" if answer.findings else self.services.say("diagnose.nothing"))
        self._enable()

    def _show_findings(self, findings: Sequence[Finding]) -> None:
        if [view.finding for view in self.findings] == list(findings):
            return
        for view in self.findings:
            view.hide()
            view.deleteLater()
        self.findings = [FindingView(finding, self.services.texts) for finding in findings]
        for view in self.findings:
            self._list.addWidget(view)
        if self._active and self.findings:
            self.services.announce(self.findings[0].accessibleName())

    def _show(self, text: str, weight: Weight = Weight.DIM) -> None:
        self.problem.show_text(text, weight)

    def _try_again(self) -> None:
        camera = self._camera
        info = self.services.info(camera)
        if camera is None or info is None or self._changer.waits:
            return
        self._show(self.services.say("diagnose.trying", name=info.name))
        self._changer.change(camera, "reconnect", None, self._on_tried)
        self._enable()

    def _on_tried(self, answer: Struct | CallError) -> None:
        if isinstance(answer, CallError):
            self._show(str(answer), Weight.BAD)
            self._enable()
        else:
            self._show("")
            self._ask()

    def _copy(self) -> None:
        info = self.services.info(self._camera)
        if info is None:
            return
        names = " ".join(filter(None, (info.name, info.vendor, info.model, info.serial)))
        lines = [names, *(f"- {finding_text(view.finding)}" for view in self.findings)]
        QApplication.clipboard().setText("\n".join(lines))
        self.services.announce(self.services.say("diagnose.copied"))

    def _on_changed(self) -> None:
        if not self._active:
            return
        self._enable()
        known = self.services.camera(self._camera)
        if known is None and self._camera is not None:
            self._show(self.services.say("diagnose.gone"))
        elif known is not None and not self._asker.waits:
            state = known.state, known.reason
            if state != self._state:
                self._ask()

    def _enable(self) -> None:
        there = self.services.camera(self._camera) is not None
        why = self._changer.why_not(self._camera)
        self.state.show_text(why)
        # Not off while it is tried: the focus would be lost.
        self.again.setEnabled(there and not why)
        self.look.setEnabled(there and not self._asker.waits)
        self.copy.setEnabled(bool(self.findings))


register_panel("diagnose", DiagnosePanel)
