"""What a person does at a viewer, at random: the same in both, by the keys of keys.json."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["RESTING_KEYS", "TOUR", "Deed", "deeds"]

PANELS = ("e", "t", "u", "d", "n", "b", "l", "v", ",", "h")
SWITCHES = ("c", "g", "r", "k", "x", "p", "i", "m", " ")
"""Pressed twice, all is as before."""

CHOICES = ("1", "2", "3", "0", "Enter", "Escape", "PageUp", "PageDown", "ArrowRight", "ArrowLeft")
ZOOMS = ("+", "-", "z", "w", "]", "[")

RESTING_KEYS = ("Escape", "Escape", "Escape", "0")
"""After these no panel is open and all cameras are shown."""


@dataclass(frozen=True)
class Deed:
    """A key, or ``wheel`` steps at a place (shares of the pictures' room); then ``pause_s``."""

    key: str = ""
    wheel: int = 0
    at: tuple[float, float] = (0.5, 0.5)
    pause_s: float = 0.1


TOUR = tuple(Deed(key, pause_s=0.2) for key in PANELS + SWITCHES for _ in range(2))
"""Everything once: what is made when it is first used is there afterwards."""


def deeds(rng: random.Random) -> Iterator[Deed]:
    """Begin with the tour, and go on for ever."""
    yield from TOUR
    while True:
        kind = rng.choice(("panel", "panel", "switch", "choose", "zoom", "wheel", "wheel"))
        if kind == "panel":
            key = rng.choice(PANELS)
            yield Deed(key, pause_s=rng.uniform(0.2, 2.0))
            yield Deed(key)
        elif kind == "switch":
            key = rng.choice(SWITCHES)
            yield Deed(key, pause_s=rng.uniform(0.1, 1.5))
            yield from _wheel(rng)
            yield Deed(key)
        elif kind == "choose":
            yield Deed(rng.choice(CHOICES), pause_s=rng.uniform(0.1, 1.0))
        elif kind == "zoom":
            for _ in range(rng.randrange(1, 4)):
                yield Deed(rng.choice(ZOOMS), pause_s=rng.uniform(0.05, 0.4))
        else:
            yield from _wheel(rng)


def _wheel(rng: random.Random) -> Iterator[Deed]:
    at = (rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9))
    direction = rng.choice((1, 1, -1))
    for _ in range(rng.randrange(1, 12)):
        yield Deed(wheel=direction, at=at, pause_s=1 / 30)
