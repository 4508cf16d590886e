"""Asker: calls whose answers come in time, or a sentence that says that they did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from PySide6.QtCore import QObject, QTimer

from camstrm.errors import CallError, WireError
from camstrm.wire import CALL_TIMEOUT_S
from camstrm.wire.operations import OPERATIONS, Arguments
from client_qt.model.feature_watch import FailedCall
from client_qt.widgets.services import ViewerServices

__all__ = ["ANSWER_TIMEOUT_S", "Answer", "Asker", "failed_call"]

ANSWER_TIMEOUT_S = CALL_TIMEOUT_S + 5.0
"""The server answers within CALL_TIMEOUT_S, however slow the camera is; after this nobody waits."""

_LOOK_MS = 1000
"""Between two looks at what is overdue."""

Answer = Callable[[Struct | CallError], None]


class Asker(QObject):
    """Asks cameras for a panel. Nothing blocks: every answer comes by a callback, once.

    Belongs to the UI thread. What was asked before :meth:`forget` is not answered any more: the
    panel is about something else by then.
    """

    def __init__(self, services: ViewerServices, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._open: dict[int, tuple[float, Answer]] = {}
        """Until when an answer is waited for, in the clock's seconds, and what waits, by number."""
        self._last = 0
        """Number of the last call; numbers are not used again."""
        self._timer = QTimer(self)
        """Runs while something is open."""
        self._timer.timeout.connect(self.look)

    def ask(self, camera: int, do: str, arguments: Arguments | None, answer: Answer) -> None:
        """Ask for something; ``answer`` may get a CallError before this returns."""
        self._last += 1
        number = self._last
        self._open[number] = self._services.clock() + ANSWER_TIMEOUT_S, answer
        if not self._timer.isActive():
            self._timer.start(_LOOK_MS)
        try:
            self._services.call(camera, do, arguments, lambda result: self._settle(number, result))
        except WireError as error:
            self._settle(number, CallError(str(error), code="wrong"))

    def ask_as(self, camera: int, do: str, args: Mapping[str, Any], answer: Answer) -> None:
        """Ask with arguments as a model has them: by their names on the wire."""
        self.ask(camera, do, msgspec.convert(args, OPERATIONS[do].arguments), answer)

    @property
    def waits(self) -> bool:
        """Whether something has not been answered."""
        return bool(self._open)

    def forget(self) -> None:
        """Let the answers to all that is open go nowhere."""
        self._open.clear()
        self._timer.stop()

    def look(self) -> None:
        """Give up what is overdue."""
        now, say = self._services.clock(), self._services.say
        for number in [n for n, (until, _) in self._open.items() if until <= now]:
            problem = say("setup.no_answer", seconds=round(ANSWER_TIMEOUT_S))
            self._settle(number, CallError(problem, say("setup.no_answer.remedy"), "timeout"))

    def _settle(self, number: int, result: Struct | CallError) -> None:
        waiting = self._open.pop(number, None)
        if waiting is None:
            # Forgotten; whoever asked may be gone, and this with it.
            return
        if not self._open:
            self._timer.stop()
        waiting[1](result)


def failed_call(error: CallError) -> FailedCall:
    """Return an error as the models take it."""
    return FailedCall(error.problem, error.remedy, error.code)
