"""What all cards of the set-up panel have in common."""

from __future__ import annotations

from collections.abc import Sequence

from camstrm.feature import FeatureInfo, FeatureState, FeatureValue
from client_qt.model.camera_setup import SetupCard, automatic_of, choices_of
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.card import Card
from client_qt.panels.controls.segments import Segments
from client_qt.panels.controls.sentence import Weight

__all__ = ["CameraCard", "show_automatic"]


class CameraCard(Card):
    """A card about some features of the camera that the desk is about."""

    def __init__(self, card: SetupCard, desk: CameraDesk) -> None:
        say = desk.services.say
        super().__init__(say(f"setup.card.{card.id}"))
        self.setObjectName("card")
        self.card = card
        self.desk = desk
        self.say = say

    def refresh(self, names: set[str] | None = None) -> None:
        """Show what the desk knows now; ``names``: only these features have changed."""
        if names is None or not names.isdisjoint(self.features):
            self.show_states()

    @property
    def features(self) -> Sequence[str]:
        """Those that the card is about."""
        return list(self.card.parts.values())

    def show_states(self) -> None:
        """Show what the desk knows now."""
        raise NotImplementedError

    def close_card(self) -> None:
        """End what the card has begun: the panel is about another camera, or closed."""

    # Parts of the card.

    def info(self, part: str) -> FeatureInfo | None:
        """Return the feature of a part; None: the camera has none."""
        name, tree = self.card.parts.get(part), self.desk.tree
        return None if name is None or tree is None else tree.info(name)

    def state(self, part: str) -> FeatureState | None:
        """Return the state of a part's feature; None: it is not known (yet)."""
        return self.desk.states.get(self.card.parts.get(part, ""))

    def value(self, part: str) -> FeatureValue | None:
        """Return what a part is to have, else what it has."""
        name = self.card.parts.get(part, "")
        wanted = self.desk.wanted(name)
        state = self.state(part)
        return wanted if wanted is not None else None if state is None else state.value

    def writable(self, part: str) -> bool:
        """Return whether this person can write it now, if need be by stopping the camera."""
        state = self.state(part)
        if state is None or self.desk.read_only:
            return False
        return state.access in ("RW", "WO") or state.needs_stop

    def note(self, part: str) -> tuple[str, Weight]:
        """Return what is to be said of a part."""
        return self.desk.note(self.card.parts.get(part, ""))


def show_automatic(segments: Segments, card: CameraCard, part: str = "auto") -> None:
    """Show the modes of an automatic that can be chosen now, and the one that is chosen."""
    info, state = card.info(part), card.state(part)
    segments.setVisible(info is not None)
    if info is None:
        return
    if info.type == "boolean":
        names = [("false", "off"), ("true", "continuous")]
    else:
        there = [choice for choice in choices_of(info, state) if choice.there]
        names = [(choice.name, automatic_of(choice.name)) for choice in there]
        texts = {choice.name: choice.text for choice in there}
    known = card.desk.services.texts
    choices = []
    for name, mode in names:
        key = f"setup.auto.{mode}"
        choices.append((name, known.say(key) if key in known else texts.get(name, name)))
    segments.set_choices(choices)
    value = card.value(part)
    chosen = str(value).lower() if isinstance(value, bool) else str(value or "")
    segments.show_choice(chosen)
    segments.setEnabled(card.writable(part))
