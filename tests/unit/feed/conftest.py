"""The bridge's end of the feed runs in the loop that serves the viewers: nothing may block it."""

from tests.no_blocking import loop_is_never_blocked

__all__ = ["loop_is_never_blocked"]
