"""The bridge serves all viewers from one loop: nothing may block it."""

from tests.no_blocking import loop_is_never_blocked

__all__ = ["loop_is_never_blocked"]
