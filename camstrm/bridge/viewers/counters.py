"""What a bridge counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from camstrm.histogram import Histogram

__all__ = ["HubCounters"]


@dataclass
class HubCounters:
    """What happened since the bridge's start; only grows."""

    bundles: int = 0
    bundle_bytes: int = 0
    overtaken: int = 0
    grabbers: int = 0
    viewers: int = 0
    viewers_stuck: int = 0
    viewer_garbage: int = 0
    sent: int = 0
    sent_bytes: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    round_trips: Histogram = field(default_factory=Histogram)
    """Seconds from a bundle's way to its acknowledgement, of all viewers."""
