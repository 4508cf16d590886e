"""The region of interest: drawn on the picture, typed, or the whole sensor."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton

from client_qt.model.camera_region import (
    RegionLimits,
    region_limits,
    region_settings,
    snap_region,
    whole_region,
)
from client_qt.model.camera_setup import SetupCard
from client_qt.model.viewport import Rectangle
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.card import GAP, row
from client_qt.panels.controls.number_field import NumberField
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.setup.setup_card import CameraCard
from client_qt.widgets.picture_choice import ChosenPart, picture_choice

__all__ = ["RegionCard"]

_PARTS = ("x", "y", "width", "height")


class RegionCard(CameraCard):
    """A draft that is typed or drawn, snapped to what the camera takes, then set in one go.

    Only setting it stops the camera, and only if the camera needs that.
    """

    def __init__(self, card: SetupCard, desk: CameraDesk) -> None:
        super().__init__(card, desk)
        self._choice = picture_choice(desk.services)
        self._choice.changed.connect(self._follow)
        self._drawing = False
        """Whether the person draws on the picture now."""
        self._draft: Rectangle | None = None
        """What is to be set, in pixels of the sensor; None: what the camera has."""
        self._before: Rectangle | None = None
        """The draft before somebody began to draw; there again if nothing was drawn."""
        self._limits: RegionLimits | None = None
        self.now = Sentence("", Weight.DIM)
        self.rows.addWidget(self.now)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP - 2)
        self.fields: dict[str, NumberField] = {}
        for place, part in enumerate(_PARTS):
            name = self.say(f"setup.region.{part}")
            label, field = QLabel(name), NumberField()
            field.setAccessibleName(name)
            label.setBuddy(field)
            field.entered.connect(lambda text, part=part: self._type(part, text))
            field.stepped.connect(lambda steps, part=part: self._step(part, steps))
            grid.addWidget(label, place // 2, place % 2 * 2)
            grid.addWidget(field, place // 2, place % 2 * 2 + 1)
            self.fields[part] = field
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.rows.addLayout(grid)
        self.draw = self._button("setup.region.draw")
        self.draw.setCheckable(True)
        self.draw.setToolTip(self.say("setup.region.draw.hint"))
        self.draw.setAccessibleDescription(self.say("setup.region.draw.hint"))
        self.draw.clicked.connect(self._toggle_drawing)
        self.whole = self._button("setup.region.whole")
        self.whole.clicked.connect(self._take_whole)
        self.set_it = self._button("setup.region.set")
        self.set_it.clicked.connect(self._set_draft)
        self.cancel = self._button("setup.cancel")
        self.cancel.clicked.connect(self._forget)
        self.rows.addLayout(row(self.draw, self.whole))
        self.rows.addLayout(row(self.set_it, self.cancel))
        self.under = Sentence("", Weight.DIM)
        self.rows.addWidget(self.under)
        self.show_states()

    def show_states(self) -> None:
        self._limits = limits = region_limits(self.card, self.desk.states)
        allowed = limits is not None and not self.desk.read_only
        for part, field in self.fields.items():
            field.setReadOnly(not allowed or part not in self.card.parts)
        self.draw.setEnabled(allowed)
        self.whole.setEnabled(allowed)
        if not allowed and self._drawing:
            self._choice.end(None)
        if limits is None:
            for field in self.fields.values():
                field.show_text("\u2013")
            self.now.show_text("")
        else:
            self._show_region(limits)
        self._show_sentence()

    def close_card(self) -> None:
        if self._drawing:
            self._choice.end(None)
        self._choice.changed.disconnect(self._follow)

    def _show_region(self, limits: RegionLimits) -> None:
        now = limits.now
        if self._draft == now:
            self._draft = None
        shown = self._draft or now
        for part, field in self.fields.items():
            field.show_text(f"{getattr(shown, part):.0f}")
        self.now.show_text(
            self.say(
                "setup.region.now",
                width=f"{now.width:.0f}",
                height=f"{now.height:.0f}",
                whole_width=limits.whole[0],
                whole_height=limits.whole[1],
            )
        )

    def _show_sentence(self) -> None:
        draft = self._draft
        for button in (self.set_it, self.cancel):
            button.setVisible(draft is not None or (button is self.cancel and self._drawing))
        if draft is not None:
            text = self.say(
                "setup.region.set", width=f"{draft.width:.0f}", height=f"{draft.height:.0f}"
            )
            self.set_it.setText(text)
            self.set_it.setAccessibleName(text)
        notes = [self.desk.note("region"), *(self.note(part) for part in _PARTS)]
        bad = [note for note in notes if note[1] is Weight.BAD]
        if self._drawing:
            self.under.show_text(self.say("setup.region.draw.hint"), Weight.PLAIN)
        elif bad:
            self.under.show_text(*bad[0])
        elif draft is not None and any(self._needs_stop(part) for part in _PARTS):
            self.under.show_text(self.say("setup.needs_stop"), Weight.DIM)
        else:
            differs = [note for note in notes if note[0]]
            self.under.show_text(*(differs[0] if differs else ("", Weight.DIM)))

    def _needs_stop(self, part: str) -> bool:
        state = self.state(part)
        return state is not None and state.needs_stop

    def note(self, part: str) -> tuple[str, Weight]:
        """Return what is to be said of a part; that it needs a stop is said with the draft."""
        if self._needs_stop(part) and not self.desk.problem_of(self.card.parts.get(part, "")):
            return "", Weight.DIM
        return super().note(part)

    def _button(self, key: str) -> QPushButton:
        button = QPushButton(self.say(key))
        button.setAccessibleName(self.say(key))
        button.setAutoDefault(True)
        return button

    # The draft.

    def _take(self, draft: Rectangle) -> None:
        """Let this be the draft, as near as the camera takes it."""
        if self._limits is None:
            return
        snapped = snap_region(draft, self._limits)
        self._draft = None if snapped == self._limits.now else snapped
        if self._drawing:
            self._choice.draw(snapped)
        self._show_region(self._limits)
        self._show_sentence()

    def _type(self, part: str, text: str) -> None:
        limits = self._limits
        digits = text.strip()
        if limits is None:
            return
        if not digits.isascii() or not digits.isdigit():
            self.fields[part].restore()
            self.under.show_text(self.say("setup.number.not_one"), Weight.BAD)
            return
        self._change(part, min(int(digits), 2**31))

    def _step(self, part: str, steps: int) -> None:
        if self._limits is not None:
            shown = self._draft or self._limits.now
            step = getattr(self._limits.steps, part)
            self._change(part, max(0, getattr(shown, part) + steps * step))

    def _change(self, part: str, value: float) -> None:
        """Change one number of the draft; the others give way where there is no room."""
        limits = self._limits
        if limits is None:
            return
        shown = self._draft or limits.now
        numbers = {name: getattr(shown, name) for name in _PARTS}
        numbers[part] = value
        for place, size, whole in (("x", "width", 0), ("y", "height", 1)):
            if part == size:
                numbers[size] = min(value, limits.whole[whole])
                numbers[place] = min(numbers[place], limits.whole[whole] - numbers[size])
            elif part == place:
                numbers[place] = min(value, limits.whole[whole] - limits.least[whole])
                numbers[size] = min(numbers[size], limits.whole[whole] - numbers[place])
        self._take(Rectangle(**numbers))

    def _take_whole(self) -> None:
        if self._limits is not None:
            self._take(whole_region(self._limits))

    def _forget(self) -> None:
        if self._drawing:
            self._choice.end(None)
        self._draft = None
        self.show_states()

    def _set_draft(self) -> None:
        draft, limits = self._draft, self._limits
        if self._drawing:
            self._choice.end(None)
        if draft is None or limits is None:
            return
        self.desk.set_all("region", region_settings(draft, limits, self.card))
        self._draft = None
        self.show_states()

    # Drawing on the picture.

    def _toggle_drawing(self, on: bool) -> None:  # Qt's signal
        limits, camera = self._limits, self.desk.camera
        if not on:
            self._choice.end(None)
            return
        if limits is None or camera is None:
            return
        self._drawing = True
        self._before = self._draft
        part = ChosenPart(
            camera,
            limits.whole,
            _begin(limits),
            (limits.now.x, limits.now.y),
            snap=lambda region: snap_region(region, limits),
            steps=(limits.steps.x, limits.steps.y),
            size_steps=(limits.steps.width, limits.steps.height),
        )
        self._choice.begin(part, self._drawn)
        self.desk.services.announce(self.say("setup.region.draw.hint"))
        self._show_sentence()

    def _follow(self) -> None:
        """Show in the fields what is being drawn."""
        part = self._choice.part
        limits = self._limits
        if self._drawing and part is not None and part.region is not None and limits is not None:
            self._draft = None if part.region == limits.now else part.region
            self._show_region(limits)
            self._show_sentence()

    def _drawn(self, region: Rectangle | None) -> None:
        self._drawing = False
        self.draw.setChecked(False)
        if region is not None:
            self._take(region)
            self._set_draft()
            return
        limits = self._limits
        if limits is not None and self._draft == _begin(limits):
            self._draft = self._before
            self._show_region(limits)
        self._show_sentence()


def _begin(limits: RegionLimits) -> Rectangle:
    """Return where drawing begins, as on the page: the middle half of the present region."""
    now = limits.now
    quarter = now.width / 4, now.height / 4
    half = Rectangle(now.x + quarter[0], now.y + quarter[1], now.width / 2, now.height / 2)
    return snap_region(half, limits)
