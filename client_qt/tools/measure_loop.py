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

__all__ = ["INTERVAL_S", "AskCamera", "MeasureLoop", "MeasureWish", "together"]

INTERVAL_S = 0.2
"""Between two measures: nobody reads figures faster, and each takes a core of the server for
milliseconds."""

RETRY_S = 1.0
"""After a measure that failed."""

_SIDE = 16
"""Pixels of the region where nothing of the region is wanted: the least that is measured."""

AskCamera = Callable[[int, str, Arguments | None, Answer], None]
"""Calls an operation of a camera, as StreamSession.call."""


@dataclass(frozen=True)
class MeasureWish:
    """What one tool wants of a measure. Points are in pixels of the sensor.

    ``figures``: mean, extremes and sharpness within ``region`` (None: the whole picture).
    ``bins``: of a histogram of it, 0 for none.
    """

    figures: bool = False
    bins: int = 0
    region: Region | None = None
    point: tuple[int, int] | None = None
    line: tuple[int, int, int, int] | None = None


class MeasureLoop(QObject):
    """One call for all that is shown of the chosen camera, again when it is answered.

    Without a wish nothing is asked for. UI thread only.
    """

    measured = Signal(object)
    """Measurement; of the camera and for the wishes of the time when it was asked for."""

    failed = Signal(object)
    """CallError: why there is no measure. It is tried again by itself."""

    def __init__(
        self,
        ask: AskCamera,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._ask = ask
        self._clock = clock
        self.camera: int | None = None
        """Index of the camera that is measured; see :meth:`set_camera`."""
        self._wishes: dict[str, MeasureWish] = {}
        """What is shown, by who shows it."""
        self._next_at = float("-inf")
        """Not before this time of the clock the next measure is asked for."""
        self._round = 0
        """Counts calls; an answer of another one than the last is not wanted any more."""
        self._open = False
        """Whether the last call is not answered yet."""
        self._paused = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._measure)

    def want(self, who: str, wish: MeasureWish | None) -> None:
        """Note what ``who`` shows from now on, None: nothing."""
        if wish is None:
            self._wishes.pop(who, None)
        else:
            self._wishes[who] = wish
        self._plan()

    @property
    def wants_figures(self) -> bool:
        """Whether anybody shows what is measured in the region."""
        return any(wish.figures or wish.bins for wish in self._wishes.values())

    def set_camera(self, camera: int | None) -> None:
        """Measure another camera from now on; answers of the one before are dropped."""
        if camera != self.camera:
            self.camera = camera
            self._round += 1
            self._open = False
            self._plan()

    def pause(self, paused: bool) -> None:
        """Stop while nothing can be seen: the window is minimised, or there is no connection."""
        self._paused = paused
        self._plan()

    def _plan(self) -> None:
        idle = not self._wishes or self.camera is None or self._paused
        if idle:
            self._timer.stop()
        elif not self._open and not self._timer.isActive():
            self._timer.start(max(0, round(1000 * (self._next_at - self._clock()))))

    def _measure(self) -> None:
        if self.camera is None or not self._wishes:
            return
        self._next_at = self._clock() + INTERVAL_S
        self._round += 1
        self._open = True
        this = self._round

        def answered(result: Struct | CallError) -> None:
            if this == self._round:
                self._answered(result)

        try:
            self._ask(self.camera, "measure", together(self._wishes.values()), answered)
        except CallError as error:
            self._answered(error)
        except CamstrmError as error:
            self._answered(CallError(str(error)))

    def _answered(self, result: Struct | CallError) -> None:
        self._open = False
        if isinstance(result, Measurement):
            self.measured.emit(result)
        else:
            self._next_at = self._clock() + RETRY_S
            self.failed.emit(result)
        self._plan()


def together(wishes: Iterable[MeasureWish]) -> Measure:
    """Return the one measure that has what all of them want.

    Where nobody wants figures, only a corner is measured: the point and the line do not need it.
    """
    bins, figures = 0, False
    region: Region | None = None
    point, line = None, None
    for wish in wishes:
        bins = max(bins, wish.bins)
        if wish.figures or wish.bins:
            figures, region = True, wish.region
        point = wish.point or point
        line = wish.line or line
    return Measure(region if figures else Region(0, 0, _SIDE, _SIDE), bins, point, line)
