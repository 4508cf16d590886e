"""The set-up panel: what is set at a camera every day, beside its picture."""

from __future__ import annotations

from collections.abc import Callable

from client_qt.model.camera_setup import SetupCard, cards_of, features_of
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.card import Scroll
from client_qt.panels.setup.camera_panel import CameraPanel
from client_qt.panels.setup.choice_card import ChoiceCard
from client_qt.panels.setup.number_card import NumberCard
from client_qt.panels.setup.region_card import RegionCard
from client_qt.panels.setup.setup_card import CameraCard
from client_qt.panels.setup.trigger_card import TriggerCard
from client_qt.panels.setup.white_card import WhiteCard
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


class SetupPanel(CameraPanel):
    """Cards of the chosen camera; only what it has."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self._cards: tuple[SetupCard, ...] = ()
        """What the cards that are shown were made for."""
        self.cards: list[CameraCard] = []
        self.middle = Scroll()
        self.middle.rows.addStretch(1)
        self.content.addWidget(self.middle, 1)
        self._on_situation()

    def watch(self) -> None:
        """Watch the features of the cards, which are made again where others are needed."""
        tree = self.desk.tree
        cards = () if tree is None else tuple(cards_of(tree, self.desk.states))
        if cards != self._cards:
            self._make(cards)
        groups = [g for card in self.cards if isinstance(card, WhiteCard) for g in card.groups]
        self.desk.watch(self, features_of(cards), groups)

    def rest(self) -> None:
        self._make(())

    def show_tree(self) -> None:
        self.watch()

    def show_states(self, names: set[str]) -> None:
        tree = self.desk.tree
        # Of two spellings of a feature another one may be usable now, and others be there.
        if tree is not None and tuple(cards_of(tree, self.desk.states)) != self._cards:
            self.watch()
        for card in self.cards:
            card.refresh(names)

    def show_situation(self) -> str:
        self.middle.setVisible(bool(self.cards))
        for card in self.cards:
            card.refresh()
        return "" if self.cards else self.services.say("setup.no_cards")

    def _make(self, cards: tuple[SetupCard, ...]) -> None:
        """Make the cards again."""
        self._cards = cards
        for card in self.cards:
            card.close_card()
            card.hide()
            card.deleteLater()
        self.cards = [_MAKERS[card.id](card, self.desk) for card in cards]
        for place, card in enumerate(self.cards):
            self.middle.rows.insertWidget(place, card)


register_panel("setup", SetupPanel)
