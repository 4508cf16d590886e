"""A panel about the features of the chosen camera: what is above and below its content."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from client_qt.panels.camera_desk import camera_desk
from client_qt.panels.controls.card import GAP, MARGIN, column
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.setup.lasting_bar import LastingBar
from client_qt.panels.setup.lease_bar import LeaseBar
from client_qt.panels.setup.stop_question import StopQuestion
from client_qt.panels.styled_panel import StyledPanel
from client_qt.widgets.services import ViewerServices

__all__ = ["CameraPanel"]


class CameraPanel(StyledPanel):
    """Nothing is watched while the panel cannot be seen.

    Above its content: the camera, what keeps values from coming, the lease, a question. Below:
    how long what was set lasts.
    """

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self.desk = camera_desk(services)
        self.active = False
        """Whether the panel can be seen."""
        self.name = Sentence("", Weight.TITLE)
        self.situation = Sentence("", Weight.DIM)
        self.lease = LeaseBar(self.desk)
        self.question = StopQuestion(self.desk)
        self.lasting = LastingBar(self.desk)
        outer = column(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        head, foot = column(), column()
        head.setContentsMargins(MARGIN, MARGIN, MARGIN, GAP)
        foot.setContentsMargins(MARGIN, GAP, MARGIN, MARGIN)
        for part in (self.name, self.situation, self.lease, self.question):
            head.addWidget(part)
        foot.addWidget(self.lasting)
        self.content: QVBoxLayout = column()
        """Where the panel's own things are."""
        self.content.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(head)
        outer.addLayout(self.content, 1)
        outer.addLayout(foot)
        self.desk.tree_changed.connect(self._on_tree)
        self.desk.states_changed.connect(self._on_states)
        self.desk.situation_changed.connect(self._on_situation)

    def show_camera(self, camera: int | None) -> None:
        """Be about this camera."""
        self.desk.show_camera(camera)
        self.lasting.forget()
        self._on_situation()
        if self.active:
            self.watch()

    def set_active(self, active: bool) -> None:
        """Watch while the panel can be seen."""
        self.active = active
        if active:
            self.watch()
        else:
            self.desk.rest(self)
            self.rest()

    def watch(self) -> None:
        """Report to the desk what is looked at."""
        raise NotImplementedError

    def rest(self) -> None:
        """Put away what only a panel that can be seen needs."""

    def show_tree(self) -> None:
        """Show other features, or none; called while the panel can be seen."""
        raise NotImplementedError

    def show_states(self, names: set[str]) -> None:
        """Show what is known of these features now; called while the panel can be seen."""
        raise NotImplementedError

    def show_situation(self) -> str:
        """Show who may do what; return a sentence where nothing else is to be said."""
        return ""

    def _on_tree(self) -> None:
        if self.active:
            self.show_tree()
        self._on_situation()

    def _on_states(self, names: set[str]) -> None:
        if self.active:
            self.show_states(names)

    def _on_situation(self) -> None:
        info = self.services.info(self.desk.camera)
        self.name.show_text("" if info is None else info.name)
        text, weight = self.desk.situation()
        self.situation.show_text(text, weight)
        instead = self.show_situation()
        if not text and self.active:
            self.situation.show_text(instead, Weight.DIM)
