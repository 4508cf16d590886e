"""Measures of the chosen camera: while somebody looks at them, and not more than five a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal

from camstrm.client.calls import Answer
from camstrm.errors import CallError, CamstrmError
from camstrm.wire import Region
from camstrm.wire.operations import Arguments, Measure, Measurement
from client_qt.model.pixel_value import cell_request
from client_qt.model.sampler import Asked, Sampler

__all__ = ["AskCamera", "MeasureLoop", "MeasureWish", "together"]

_LOOK_MS = 40
"""Between two looks whether it is time to ask, while anything is wanted."""

AskCamera = Callable[[int, str, Arguments | None, Answer], None]
"""Calls an operation of a camera, as ViewerServices.call."""


@dataclass(frozen=True)
class MeasureWish:
    """What one tool wants of a measure. Points are pixels of the sensor.

    ``figures``: mean, extremes and sharpness within ``region`` (None: the whole picture).
    ``bins``: of a histogram of it, 0 for none.
    """

    figures: bool = False
    bins: int = 0
    region: Region | None = None
    point: tuple[int, int] | None = None
    line: tuple[int, int, int, int] | None = None


class MeasureLoop(QObject):
    """One call for all that is shown of one camera, again when it is answered.

    When it asks is the Sampler's; without a wish no timer runs. UI thread only.
    """

    measured = Signal(object, object)
    """Measure that was asked for, and its Measurement: of the camera that is wanted now."""

    failed = Signal(object)
    """CallError: why there is no measure. It is tried again by itself."""

    def __init__(
        self,
        ask: AskCamera,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        seen: Callable[[], bool] = lambda: True,
    ) -> None:
        """``seen``: while it says False nothing is asked for, such as in a minimised window."""
        super().__init__(parent)
        self._ask = ask
        self._clock = clock
        self._sampler = Sampler()
        self.camera: int | None = None
        """Which camera is measured; see :meth:`set_camera`."""
        self._wishes: dict[str, MeasureWish] = {}
        """What is to be measured, by the tool that shows it."""
        self._frame = (0, 0)
        """Size of the camera's frame."""
        self._seen = seen
        """Returns whether the person can see any of it."""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    @property
    def active(self) -> bool:
        """Whether anything is asked for."""
        return self._timer.isActive()

    @property
    def subject(self) -> tuple[int | None, tuple[int, int]]:
        """Which camera is measured, and the size of its frame."""
        return self.camera, self._frame

    @property
    def wants_figures(self) -> bool:
        """Whether anybody shows what is measured in the region."""
        return any(wish.figures or wish.bins for wish in self._wishes.values())

    def want(self, who: str, wish: MeasureWish | None) -> None:
        """Note what ``who`` shows from now on, None: nothing."""
        if self._wishes.get(who) == wish:
            return
        if wish is None:
            self._wishes.pop(who, None)
        else:
            self._wishes[who] = wish
        self._plan()

    def set_camera(self, camera: int | None, frame: tuple[int, int] = (0, 0)) -> None:
        """Measure this camera from now on, whose frame has this size."""
        if (camera, frame) != (self.camera, self._frame):
            if self.camera is not None:
                self._sampler.want(self.camera, None)
            self.camera, self._frame = camera, frame
            self._plan()

    def stop(self) -> None:
        """Forget all wishes: the viewer closes."""
        self._wishes.clear()
        self._plan()

    def _plan(self) -> None:
        if self.camera is None:
            self._timer.stop()
            return
        self._sampler.want(self.camera, together(self._wishes.values(), self._frame))
        if not self._wishes:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start(_LOOK_MS)
            QTimer.singleShot(0, self, self._look)

    def _look(self) -> None:
        if not self._timer.isActive() or not self._seen():
            return
        asked = self._sampler.due(1000 * self._clock())
        if asked is None:
            return

        def answered(result: Struct | CallError) -> None:
            self._answered(asked, result)

        try:
            self._ask(asked.camera, "measure", asked.arguments, answered)
        except CallError as error:
            answered(error)
        except CamstrmError as error:
            answered(CallError(str(error)))

    def _answered(self, asked: Asked, result: Struct | CallError) -> None:
        ok = isinstance(result, Measurement)
        if not self._sampler.answered(asked.id, ok, 1000 * self._clock()):
            return
        if ok:
            self.measured.emit(asked.arguments, result)
        else:
            self.failed.emit(result)


def together(wishes: Iterable[MeasureWish], frame: tuple[int, int]) -> Measure | None:
    """Return the one measure that has what all of them want; None: they want nothing.

    Where nobody wants figures only one cell of the sensor is measured: a value and a line do not
    need more.
    """
    point, line, region, bins, figures = None, None, None, 0, False
    wishes = list(wishes)
    for wish in wishes:
        point, line = wish.point or point, wish.line or line
        bins = max(bins, wish.bins)
        if wish.figures or wish.bins:
            figures, region = True, wish.region
    if figures:
        return Measure(region, bins, point, line)
    if min(frame) <= 0 or (point is None and line is None):
        return None
    cell = cell_request(point or (line[:2] if line else (0, 0)), frame)
    return Measure(cell.region, 0, point, line)
