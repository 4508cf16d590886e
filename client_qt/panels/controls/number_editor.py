"""The editor of a number of the camera: a row that knows the number's scale and limits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from camstrm.feature import FeatureInfo, FeatureState, FeatureValue
from camstrm.viewing.texts import Texts
from client_qt.model.value_scale import ValueScale, format_number, parse_number, unit_text
from client_qt.panels.controls.number_field import LARGE_STEP
from client_qt.panels.controls.number_row import NumberRow, NumberShown
from client_qt.panels.controls.sentence import Weight

__all__ = ["FeatureShown", "NumberEditor"]

_JOIN_S = 0.8
"""Wishes that follow each other so closely are undone as one change."""


@dataclass(frozen=True)
class FeatureShown:
    """What an editor shows of a feature.

    ``state``: what the camera has, None: it is not known. ``wanted``: what was asked for and has
    no answer yet. ``writable``: the person may write it, as far as the editor's owner knows.
    ``note``: a sentence below.
    """

    state: FeatureState | None = None
    wanted: FeatureValue | None = None
    writable: bool = True
    note: str = ""
    note_weight: Weight = Weight.DIM

    @property
    def value(self) -> FeatureValue | None:
        """What is wanted, else what the camera has; None: neither is known."""
        if self.wanted is not None:
            return self.wanted
        return None if self.state is None else self.state.value


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
        self._feature = FeatureShown()
        """As last shown."""
        self._number: float | int | None = None
        """What is shown: the wanted number, else the camera's; None: there is none."""
        self._problem = ""
        """What is wrong with what was typed; shown instead of the note."""
        self._wished_at = -math.inf
        """When the last wish was made, in the clock's seconds."""
        self.joins = False
        """The wish goes on with the one before: a slider that moves, an arrow key held down."""
        self.entered.connect(self._on_entered)
        self.stepped.connect(self._on_stepped)
        self.dragged.connect(self._on_dragged)
        self.show_state(self._feature)

    def show_state(self, shown: FeatureShown) -> None:
        """Show what the camera has, or what is wanted and has no answer yet."""
        before, self._feature = self._feature, shown
        if (shown.state, shown.wanted) != (before.state, before.wanted):
            self._problem = ""
        value = shown.value
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        self._number = value if is_number and isinstance(value, (int, float)) else None
        self._show("" if value is None or is_number else str(value))

    def _show(self, instead: str = "") -> None:
        """Show the number, or ``instead`` of it what it is."""
        feature, scale, number = self._feature, self._scale(), self._number
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
                feature.writable and feature.state is not None and number is not None,
                self._problem or feature.note,
                Weight.BAD if self._problem else feature.note_weight,
                feature.state is not None and feature.state.differs,
            )
        )

    def _scale(self) -> ValueScale | None:
        state = self._feature.state
        return None if state is None else ValueScale.of(self.info, state)

    def _range_text(self) -> str:
        state = self._feature.state
        if state is None or state.minimum is None or state.maximum is None:
            return ""
        low, high = (format_number(limit, self.info) for limit in (state.minimum, state.maximum))
        return self._texts.say("setup.number.range", minimum=low, maximum=high)

    def _on_entered(self, text: str) -> None:
        typed = parse_number(text, self.info, self._feature.state)
        if typed.problem:
            self._problem = self._texts.say(typed.problem, **typed.values)
            self._show()
        elif typed.value is not None:
            self._wish(typed.value)

    def _on_stepped(self, steps: int) -> None:
        if self._number is None or not self._feature.writable:
            return
        scale, direction = self._scale(), 1 if steps > 0 else -1
        if scale is None:
            state = self._feature.state
            step = (None if state is None else state.increment) or 1
            self._wish(self._number + steps * step)
        else:
            large = abs(steps) >= LARGE_STEP
            self._wish(scale.stepped(self._number, direction, large=large))

    def _on_dragged(self, fraction: float) -> None:
        scale = self._scale()
        if scale is not None and self._feature.writable:
            self._wish(scale.value(fraction))

    def _wish(self, number: float) -> None:
        value = int(number) if self.info.type == "integer" else float(number)
        if value == self._number and self._feature.wanted is None and not self._problem:
            self._show()
            return
        self._problem = ""
        self._number = value
        now = self.clock()
        self.joins = now - self._wished_at < _JOIN_S
        self._wished_at = now
        self._show()
        self.wished.emit(value)
