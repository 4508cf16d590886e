"""The editor of a number of the camera: a row that knows the number's scale and limits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camstrm.feature import FeatureInfo, FeatureState, FeatureValue
from camstrm.viewing.texts import Texts
from client_qt.model.value_scale import ValueScale, format_number, parse_number, unit_text
from client_qt.panels.controls.number_field import LARGE_STEP
from client_qt.panels.controls.number_row import NumberRow, NumberShown
from client_qt.panels.controls.sentence import Weight

__all__ = ["NumberEditor"]

_JOIN_S = 0.8
"""Wishes that follow each other so closely are one change for who undoes it."""


class NumberEditor(NumberRow):
    """Says which number the person wants; it has it when the camera says so.

    Until then what is wanted is shown: a slider must not jump back under the hand.
    """

    wished = Signal(object)
    """The int or float that the person wants."""

    def __init__(
        self,
        info: FeatureInfo,
        texts: Texts,
        name: str,
        auto_name: str = "",
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, auto_name, parent)
        self.clock = clock
        """Seconds, by which wishes that belong together are known."""
        self.info = info
        self._texts = texts
        self._state: FeatureState | None = None
        """As last shown; None: it is not known."""
        self._number: float | int | None = None
        """What is shown: the wanted number, else the camera's; None: there is none."""
        self._wanted: FeatureValue | None = None
        """As last shown: what the person wants and the camera has not yet."""
        self._note = ""
        """What the owner says of the number."""
        self._note_weight = Weight.DIM
        self._problem = ""
        """What is wrong with what was typed; shown instead of the note."""
        self._wished_at = -math.inf
        """When the last wish was made, in the clock's seconds."""
        self.joins = False
        """The wish goes on with the one before: a slider that moves, an arrow key held down."""
        self.entered.connect(self._on_entered)
        self.stepped.connect(self._on_stepped)
        self.dragged.connect(self._on_dragged)
        self.show_state(None)

    def show_state(
        self,
        state: FeatureState | None,
        wanted: FeatureValue | None = None,
        *,
        writable: bool = True,
        note: str = "",
        note_weight: Weight = Weight.DIM,
    ) -> None:
        """Show what the camera has; ``wanted``: what was asked for and has no answer yet.

        ``writable``: the person may write it, as far as its owner knows.
        """
        if state != self._state or wanted != self._wanted:
            self._problem = ""
        self._state, self._wanted = state, wanted
        self._note, self._note_weight = note, note_weight
        value = wanted if wanted is not None else None if state is None else state.value
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        self._number = value if is_number and isinstance(value, (int, float)) else None
        self._writable = writable
        self._show("" if value is None or is_number else str(value))

    def _show(self, instead: str = "") -> None:
        """Show the number, or ``instead`` of it what it is."""
        state, scale = self._state, self._scale()
        number = self._number
        text = instead or ("\u2013" if number is None else format_number(number, self.info))
        fraction = None
        if scale is not None:
            fraction = 0.0 if number is None else scale.position(number)
        self.show_number(
            NumberShown(
                text,
                fraction,
                unit_text(self.info.unit),
                self._range_text(),
                self._writable and state is not None and number is not None,
                self._problem or self._note,
                Weight.BAD if self._problem else self._note_weight,
                state is not None and state.differs,
            )
        )

    def _scale(self) -> ValueScale | None:
        return None if self._state is None else ValueScale.of(self.info, self._state)

    def _range_text(self) -> str:
        state = self._state
        if state is None or state.minimum is None or state.maximum is None:
            return ""
        low, high = (format_number(limit, self.info) for limit in (state.minimum, state.maximum))
        return self._texts.say("setup.number.range", minimum=low, maximum=high)

    def _on_entered(self, text: str) -> None:
        typed = parse_number(text, self.info, self._state)
        if typed.problem:
            self._problem = self._texts.say(typed.problem, **typed.values)
            self._show()
        elif typed.value is not None:
            self._wish(typed.value)

    def _on_stepped(self, steps: int) -> None:
        if self._number is None or not self._writable:
            return
        scale, direction = self._scale(), 1 if steps > 0 else -1
        if scale is None:
            step = (self._state.increment if self._state is not None else None) or 1
            self._wish(self._number + steps * step)
        else:
            large = abs(steps) >= LARGE_STEP
            self._wish(scale.stepped(self._number, direction, large=large))

    def _on_dragged(self, fraction: float) -> None:
        scale = self._scale()
        if scale is not None and self._writable:
            self._wish(scale.value(fraction))

    def _wish(self, number: float) -> None:
        value = int(number) if self.info.type == "integer" else float(number)
        if value == self._number and self._wanted is None and not self._problem:
            self._show()
            return
        self._problem = ""
        self._number = value
        now = self.clock()
        self.joins = now - self._wished_at < _JOIN_S
        self._wished_at = now
        self._show()
        self.wished.emit(value)
