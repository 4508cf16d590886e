"""A picture that stands still because a person wants it. No Qt.

What comes meanwhile is decoded by nobody and acknowledged as ever, and the picture says that it
is not of the present. The page has the same in model/freeze.js.
"""

from __future__ import annotations

from camstrm.wire import CameraFrame
from client_qt.model.said import Said

__all__ = ["Freeze"]


class Freeze:
    """Of one camera's view. Used by the UI thread alone."""

    def __init__(self) -> None:
        self.frame: CameraFrame | None = None
        """Of the picture that stands; None: it does not."""
        self.passed = 0
        """Pictures that were not shown meanwhile."""

    @property
    def frozen(self) -> bool:
        """Whether the picture stands still."""
        return self.frame is not None

    def toggle(self, shown: CameraFrame | None) -> bool:
        """Freeze what is shown, or go on; without a picture there is nothing to freeze."""
        if self.frame is not None:
            self.release()
        elif shown is not None:
            self.frame, self.passed = shown, 0
        return self.frozen

    def release(self) -> None:
        """Go on."""
        self.frame = None

    def takes(self) -> bool:
        """Return whether a picture that came is to be shown; otherwise it counts as passed."""
        if self.frame is None:
            return True
        self.passed += 1
        return False

    def said(self, time: str) -> Said:
        """Say so; ``time`` of the frozen picture, as the viewer writes it."""
        return Said("tools.frozen", {"time": time})
