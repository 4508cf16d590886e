"""Refusal: why a call may not be made, and what to do."""

from __future__ import annotations

from typing import NamedTuple

from camstrm.wire import Reply, refusal
from camstrm.wire.calls import Code

__all__ = ["Refusal"]


class Refusal(NamedTuple):
    """``code``, ``problem`` and ``remedy`` of the reply."""

    problem: str
    remedy: str = ""
    code: Code = "refused"

    def to(self, call_id: int) -> Reply:
        """Return the reply to the call with this id."""
        return refusal(call_id, self.code, self.problem, self.remedy)
