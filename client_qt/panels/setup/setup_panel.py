"""The set-up panel: what is set at a camera every day, beside its picture."""

from __future__ import annotations

from collections.abc import Callable

from client_qt.model.camera_setup import SetupCard, cards_of, features_of
from client_qt.panels.camera_desk import CameraDesk, camera_desk
from client_qt.panels.controls.card import GAP, MARGIN, Scroll, column
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.setup.choice_card import ChoiceCard
from client_qt.panels.setup.lasting_bar import LastingBar
from client_qt.panels.setup.lease_bar import LeaseBar
from client_qt.panels.setup.number_card import NumberCard
from client_qt.panels.setup.region_card import RegionCard
from client_qt.panels.setup.setup_card import CameraCard
from client_qt.panels.setup.stop_question import StopQuestion
from client_qt.panels.setup.trigger_card import TriggerCard
from client_qt.panels.setup.white_card import WhiteCard
from client_qt.panels.styled_panel import StyledPanel
from client_qt.widgets.panel import register_panel
from client_qt.widgets.services import ViewerServices

__all__ = ["SetupPanel"]

_MAKERS: dict[str, Callable[[SetupCard, CameraDesk], CameraCard]] = {
    "exposure": NumberCard,
    "gain": NumberCard,
    "black": NumberCard,
    "gamma": NumberCard,
    "white": WhiteCard,
    "rate": NumberCard,
    "region": RegionCard,
    "format": ChoiceCard,
    "trigger": TriggerCard,
    "indicator": ChoiceCard,
}


class SetupPanel(StyledPanel):
    """Cards of the chosen camera; only what it has."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self.desk = camera_desk(services)
        self._active = False
        self._cards: tuple[SetupCard, ...] = ()
        """What the cards that are shown were made for."""
        self.cards: list[CameraCard] = []
        self.name = Sentence("", Weight.TITLE)
        self.situation = Sentence("", Weight.DIM)
        self.lease = LeaseBar(self.desk)
        self.question = StopQuestion(self.desk)
        self.middle = Scroll()
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
        outer.addLayout(head)
        outer.addWidget(self.middle, 1)
        outer.addLayout(foot)
        self.middle.rows.addStretch(1)
        self.desk.tree_changed.connect(self._on_tree)
        self.desk.states_changed.connect(self._on_states)
        self.desk.situation_changed.connect(self._on_situation)
        self._on_situation()

    def show_camera(self, camera: int | None) -> None:
        """Show the cards of this camera."""
        self.desk.show_camera(camera)
        self.lasting.forget()
        self._on_situation()
        if self._active:
            self._watch()

    def set_active(self, active: bool) -> None:
        """Watch the features of the cards while they can be seen."""
        self._active = active
        if active:
            self._watch()
        else:
            self._make(())
            self.desk.rest(self)

    def _watch(self) -> None:
        tree = self.desk.tree
        cards = () if tree is None else tuple(cards_of(tree, self.desk.states))
        if cards != self._cards:
            self._make(cards)
        groups = [g for card in self.cards if isinstance(card, WhiteCard) for g in card.groups]
        self.desk.watch(self, features_of(cards), groups)

    def _make(self, cards: tuple[SetupCard, ...]) -> None:
        """Make the cards anew."""
        self._cards = cards
        for card in self.cards:
            card.close_card()
            card.hide()
            card.deleteLater()
        self.cards = [_MAKERS[card.id](card, self.desk) for card in cards]
        for place, card in enumerate(self.cards):
            self.middle.rows.insertWidget(place, card)

    def _on_tree(self) -> None:
        if self._active:
            self._watch()
        self._on_situation()

    def _on_states(self, names: set[str]) -> None:
        if not self._active:
            return
        tree = self.desk.tree
        # Of two spellings of a feature another one may be usable now, and others be there.
        if tree is not None and tuple(cards_of(tree, self.desk.states)) != self._cards:
            self._watch()
        for card in self.cards:
            card.refresh(names)

    def _on_situation(self) -> None:
        info = self.services.info(self.desk.camera)
        self.name.show_text("" if info is None else info.name)
        text, weight = self.desk.situation()
        if not text and self._active and self.desk.tree is not None and not self._cards:
            text = self.services.say("setup.no_cards")
        self.situation.show_text(text, weight)
        self.middle.setVisible(bool(self.cards))
        for card in self.cards:
            card.refresh()


register_panel("setup", SetupPanel)
