"""Clock: what acquisition asks of the module ``time``, so that a test can give another one."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Clock"]


class Clock(Protocol):
    """The module ``time``, or what stands in for it, with the units of its functions."""

    def monotonic(self) -> float: ...

    def time_ns(self) -> int: ...

    def sleep(self, duration_s: float, /) -> None: ...
