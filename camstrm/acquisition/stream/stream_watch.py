"""StreamWatch: whether a running stream is healthy, by the times of its frames."""

from __future__ import annotations

from dataclasses import dataclass

from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.acquisition.stream.statistics import LossMeter
from camstrm.rates import RateMeter

__all__ = [
    "SILENCE_REMEDY",
    "Experience",
    "StreamWatch",
    "loss_percent",
    "loss_reason",
    "loss_remedy",
]

_PERIODS = 5
"""Frame periods without a frame after which a camera counts as stalled."""

_MEASURED_FRAMES = 3
"""From more complete frames on, the measured interval counts for the patience."""

_UNKNOWN_RATE_S = 10.0
"""Seconds of patience with a camera that does not say how fast it is: two frames of 0.25 fps
and some."""

_PATIENCE_MAX_S = 120.0
_PATIENCE_SURE_MAX_S = 16.0
"""Seconds up to which the patience grows with a camera that never sends a frame.

One whose rate is known is opened again sooner: the rate is hardly wrong, and a stream that
broke in the producer only comes back by that.
"""

_HOPELESS = 5
"""So many times the patience a stream goes on of which only incomplete frames come."""

_CALM_S = 1.0
_CALM_INTERVALS = 2.5
_CALM_INTERVAL_MAX_S = 1.5
"""When a triggered camera counts as waiting: after a second, and after 2.5 of its intervals
if those are at most 1.5 s. Viewers call a picture old after 1.25 s and 3 intervals: later."""


@dataclass(frozen=True)
class Experience:
    """What earlier streams of a camera showed.

    ``growth``: by how much the patience with the next start is longer, because starts without
    a single frame went before. ``interval_s``: usual time between two frames, 0 where unknown.
    """

    growth: float = 1.0
    interval_s: float = 0.0


SILENCE_REMEDY = "Check cable, power, link and trigger"
"""What to do about a camera that sends no frames."""


def loss_percent(share: float) -> int:
    """Return a share (0 to 1) of frames in per cent; never 0 for one that is not 0."""
    return max(round(share * 100), 1) if share else 0


def loss_reason(percent: int, bus: str) -> str:
    """Word how many frames come incomplete and where to look; ``bus`` is a TLType."""
    causes = "cable, USB controller, bandwidth" if bus == "U3V" else "packet size, MTU, bandwidth"
    return f"{percent} % of frames incomplete: {causes}"


def loss_remedy(bus: str) -> str:
    """Say what to do about frames that come incomplete; ``bus`` is a TLType."""
    if bus.upper() == "U3V":
        return (
            "Try a shorter cable and another USB controller, or lower DeviceLinkThroughputLimit "
            "in the features of the configuration"
        )
    return (
        "Packets are lost on the way: set GevSCPSPacketSize = 1500 in the features of the "
        "configuration (larger ones need the MTU of network card and switch), then lower "
        "AcquisitionFrameRate or DeviceLinkThroughputLimit until the link has room; see "
        "'camstrm doctor', section Network"
    )


class StreamWatch:
    """Judges one running stream; no clock of its own, all times are monotonic seconds.

    Used by the worker thread alone.
    """

    def __init__(
        self,
        rate: FrameRate,
        now_s: float,
        *,
        triggered: bool = False,
        stall_timeout_s: float = 2.0,
        experience: Experience | None = None,
    ) -> None:
        """Begin at the start of a stream of a camera that says ``rate``.

        ``stall_timeout_s``: least patience.
        """
        self._before = experience or Experience()
        """What the streams before this one showed."""
        self._loss = LossMeter()
        self._least_s = stall_timeout_s
        """Least patience."""
        self._begin(rate, now_s, triggered=triggered)

    def _begin(self, rate: FrameRate, now_s: float, *, triggered: bool) -> None:
        self._triggered = triggered
        self._last_s = now_s
        """When the last complete frame came, or the stream began; later by what was excused."""
        self._frames = 0
        """Complete frames since the start, or since the rate was another one."""
        self._meter = RateMeter()
        """Measures ``_frames``."""
        known = rate.known_fps
        self._nominal_s = 1 / known if known else 0.0
        """Time between two frames as the camera says, 0 where it does not."""
        first = _PERIODS * max(self._nominal_s, rate.exposure_s, self._before.interval_s)
        if not known and not self._before.interval_s:
            first = max(first, _UNKNOWN_RATE_S)
        first = max(first, self._least_s)
        limit = _PATIENCE_SURE_MAX_S if known else _PATIENCE_MAX_S
        self._first_patience_s = max(first, min(first * self._before.growth, limit))
        """Patience until the interval between frames is measured."""

    def experience(self, *, stalled: bool) -> Experience:
        """Return what the next stream is to know of this one; ``stalled``: it ended so."""
        before, interval = self._before, self._meter.interval_s
        if interval:
            return Experience(1.0, interval)
        growth = 2 * before.growth if stalled and not self._frames else before.growth
        return Experience(growth, before.interval_s)

    @property
    def interval_s(self) -> float:
        """Usual time between two frames: as measured, else as the camera says; 0: unknown."""
        return self._meter.interval_s or self._nominal_s

    def renew(self, rate: FrameRate, now_s: float, *, triggered: bool) -> None:
        """Begin again with another rate or trigger, which somebody has set; losses go on."""
        self._before = Experience()
        self._begin(rate, now_s, triggered=triggered)

    def frames(self, count: int, now_s: float) -> None:
        """Note that ``count`` complete frames came."""
        self._frames += count
        self._last_s = now_s

    def excuse(self, duration_s: float) -> None:
        """Leave a time out of the silence, in which nobody could see whether frames came."""
        self._last_s += duration_s

    def look(self, now_s: float, complete: int, incomplete: int) -> float | None:
        """Take the counters of the camera, a few times a second; return its share of losses.

        The share (0 to 1) of incomplete frames in the last 10 s where it is above 1 %, else
        0; None where there is nothing new to say.
        """
        self._meter.rate(self._frames, now_s, self._last_s)
        return self._loss.share(now_s, complete, incomplete)

    def silence_s(self, now_s: float) -> float:
        """Return the time since the last complete frame, or since the start."""
        return now_s - self._last_s

    def stalled(self, now_s: float) -> bool:
        """Return whether frames are overdue; never for a triggered camera."""
        return not self._triggered and self.silence_s(now_s) > self._patience_s()

    def hopeless(self, now_s: float) -> bool:
        """Return whether a stream of incomplete frames alone is to be started again."""
        return self.silence_s(now_s) > _HOPELESS * self._patience_s()

    def waits(self, now_s: float) -> bool:
        """Return whether a triggered camera has had no trigger for a while."""
        if not self._triggered:
            return False
        if not self._frames:
            return True
        interval = self._meter.interval_s
        calm = _CALM_INTERVALS * interval if interval <= _CALM_INTERVAL_MAX_S else 0.0
        return self.silence_s(now_s) > max(_CALM_S, calm)

    def overdue(self, now_s: float) -> bool:
        """Return whether a first frame should be there, if the rate were an ordinary one."""
        return not self._triggered and not self._frames and self.silence_s(now_s) > self._least_s

    def _patience_s(self) -> float:
        interval = self._meter.interval_s
        if self._frames <= _MEASURED_FRAMES or not interval:
            return self._first_patience_s
        return max(self._least_s, _PERIODS * max(interval, self._nominal_s))
