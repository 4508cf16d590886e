"""White balance: once, always, by picking something grey, or by the ratio of each colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from PySide6.QtWidgets import QPushButton

from camstrm.errors import CallError
from camstrm.feature import FeatureSetting, FeatureValue, Selectors
from camstrm.wire.operations import Measurement
from client_qt.model.camera_setup import SetupCard, automatic_of
from client_qt.model.feature_watch import FeatureGroup, state_key
from client_qt.model.viewport import Rectangle
from client_qt.model.white_balance import colours_of, grey_point
from client_qt.panels.asker import Asker
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.number_editor import FeatureShown, NumberEditor
from client_qt.panels.controls.segments import Segments
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.setup.setup_card import CameraCard, show_automatic
from client_qt.widgets.picture_choice import ChosenPart, picture_choice

__all__ = ["WhiteCard"]

_COLOUR_NAMES = {"R": "setup.white.red", "G": "setup.white.green", "B": "setup.white.blue"}


class WhiteCard(CameraCard):
    """The ratios of the colours; a grey that is picked sets them all."""

    def __init__(self, card: SetupCard, desk: CameraDesk) -> None:
        super().__init__(card, desk)
        self._asker = Asker(desk.services, self)
        self._choice = picture_choice(desk.services)
        self._picking = False
        """Whether the person is to pick a grey on the picture now."""
        self._problem = ""
        """What became of the last picking."""
        self._open = True
        self.auto = Segments(self.say("setup.auto", name=self.title.text()))
        self.auto.wished.connect(self._set_auto)
        self.rows.addWidget(self.auto)
        self.pick = QPushButton(self.say("setup.white.pick"))
        self.pick.setAccessibleName(self.say("setup.white.pick"))
        self.pick.setAccessibleDescription(self.say("setup.white.pick.hint"))
        self.pick.setToolTip(self.say("setup.white.pick.hint"))
        self.pick.setCheckable(True)
        self.pick.setAutoDefault(True)
        self.pick.clicked.connect(self._toggle_picking)
        self.rows.addWidget(self.pick)
        self.colours: dict[str, NumberEditor] = {}
        """The editor of each colour's ratio, by the selector's entry."""
        info, selector = self.info("value"), self.info("selector")
        if info is not None and selector is not None:
            for letter, entry in colours_of([e.name for e in selector.entries]):
                editor = NumberEditor(info, desk.services.texts, self.say(_COLOUR_NAMES[letter]))
                editor.wished.connect(lambda value, entry=entry: self._set_ratio(entry, value))
                self.rows.addWidget(editor)
                self.colours[entry] = editor
        self.under = Sentence("", Weight.DIM)
        self.rows.addWidget(self.under)
        self.show_states()

    @property
    def groups(self) -> Sequence[FeatureGroup]:
        """The ratios, which are read one after the other."""
        if not self.colours:
            return ()
        value, selector = self.card.parts["value"], self.card.parts["selector"]
        return [FeatureGroup((value,), {selector: entry}) for entry in self.colours]

    def show_states(self) -> None:
        show_automatic(self.auto, self)
        automatic = "auto" in self.card.parts and automatic_of(self.value("auto")) != "off"
        for entry, editor in self.colours.items():
            selectors: Selectors = {self.card.parts["selector"]: entry}
            key = state_key(self.card.parts["value"], selectors)
            state = self.desk.states.get(key)
            allowed = state is not None and state.access == "RW" and not self.desk.read_only
            text, weight = self.desk.note(key)
            editor.show_state(
                FeatureShown(
                    state,
                    self.desk.wanted(self.card.parts["value"], selectors),
                    writable=allowed or (automatic and self.writable("auto")),
                    note="" if automatic and weight is not Weight.BAD else text,
                    note_weight=weight,
                )
            )
        picks = len(self.colours) >= 2 and not self.desk.read_only
        self.pick.setVisible(bool(self.colours))
        self.pick.setEnabled(picks)
        if not picks and self._picking:
            self._choice.end(None)
        self.pick.setChecked(self._picking)
        self._show_sentence()

    def close_card(self) -> None:
        self._open = False
        self._asker.forget()
        if self._picking:
            self._choice.end(None)

    def _show_sentence(self) -> None:
        if self._picking:
            self.under.show_text(self.say("setup.white.pick.hint"), Weight.PLAIN)
        elif self._asker.waits:
            self.under.show_text(self.say("setup.white.measuring"), Weight.DIM)
        elif self._problem:
            self.under.show_text(self._problem, Weight.BAD)
        else:
            self.under.show_text(*self.note("auto"))

    def _toggle_picking(self, on: bool) -> None:  # Qt's signal
        if not on:
            self._choice.end(None)
            return
        camera, services = self.desk.camera, self.desk.services
        known = services.camera(camera)
        if camera is None or known is None or min(known.source_size) <= 0:
            self.pick.setChecked(False)
            return
        self._problem = ""
        self._picking = True
        part = ChosenPart(camera, known.source_size, adjusts=False)
        self._choice.begin(part, self._picked)
        services.announce(self.say("setup.white.pick.hint"))
        self._show_sentence()

    def _picked(self, area: Rectangle | None) -> None:
        self._picking = False
        self.pick.setChecked(False)
        camera = self.desk.camera
        if area is not None and camera is not None and self._open:
            region = tuple(map(int, (area.x, area.y, max(area.width, 2), max(area.height, 2))))
            self._asker.ask_as(
                camera, "measure", {"region": region, "bins": 0, "exact": True}, self._measured
            )
        self._show_sentence()

    def _measured(self, answer: Struct | CallError) -> None:
        if isinstance(answer, CallError):
            self._problem = str(answer)
        elif isinstance(answer, Measurement):
            found = grey_point(answer.bits, answer.channels, self._ratios())
            self._problem = self.say(found.problem) if found.problem else ""
            if found.ratios:
                self._switch_off()
                self._set_ratios(found.ratios)
        self._show_sentence()

    def _ratios(self) -> dict[str, float]:
        """Return the ratios of now, by the selector's entry."""
        value, selector = self.card.parts["value"], self.card.parts["selector"]
        found = {}
        for entry in self.colours:
            state = self.desk.states.get(state_key(value, {selector: entry}))
            if state is not None and isinstance(state.value, (int, float)):
                found[entry] = float(state.value)
        return found

    def _set_ratios(self, ratios: Mapping[str, float]) -> None:
        value, selector = self.card.parts["value"], self.card.parts["selector"]
        info = self.info("value")
        whole = info is not None and info.type == "integer"
        settings = [
            FeatureSetting(value, round(ratio) if whole else ratio, {selector: entry})
            for entry, ratio in ratios.items()
        ]
        self.desk.set_all("white", settings)

    def _set_ratio(self, entry: str, value: FeatureValue) -> None:
        self._switch_off()
        selectors: Selectors = {self.card.parts["selector"]: entry}
        joins = self.colours[entry].joins
        self.desk.set(self.card.parts["value"], value, selectors, joins=joins)

    def _switch_off(self) -> None:
        info = self.info("auto")
        if info is None or automatic_of(self.value("auto")) == "off":
            return
        off = [e.name for e in info.entries if automatic_of(e.name) == "off"]
        if off:
            self.desk.set(self.card.parts["auto"], off[0])

    def _set_auto(self, name: str) -> None:
        info = self.info("auto")
        if info is not None:
            value: FeatureValue = name == "true" if info.type == "boolean" else name
            self.desk.set(self.card.parts["auto"], value)
