"""Sentences for screen readers, and a sound when a camera is lost."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication

from client_qt.model.link import Changes, Link
from client_qt.widgets.services import ViewerServices
from client_qt.widgets.top_bar import TopBar

__all__ = ["Announcer"]


class Announcer(QObject):
    """Says once what has changed: cameras lost and back, servers lost and back.

    Setting "sound": whether a camera that is lost also beeps.
    """

    def __init__(self, services: ViewerServices, bar: TopBar) -> None:
        super().__init__(bar)
        self._services = services
        self._bar = bar
        self._changes = Changes()
        self._linked: dict[int, bool] = {}
        """Whether a server was there at the last look, by its number."""
        services.announced.connect(self._say)

    def look(self, links: dict[int, Link], cameras: list[tuple[str, bool | None]]) -> None:
        """Say what is other than at the last look; ``cameras``: name, and whether it delivers."""
        say = self._services.say
        for number, link in links.items():
            before = self._linked.get(number)
            if before is not None and before != link.linked:
                key = "strip.server_back" if link.linked else "strip.server_gone"
                self._announce(say(key), lost=not link.linked)
                now_us = time.time_ns() // 1000
                self._services.link_changed.emit(number, link.linked, now_us)
            if link.linked or before is not None:
                self._linked[number] = link.linked
        self._linked = {n: linked for n, linked in self._linked.items() if n in links}
        if not any(link.linked for link in links.values()):
            return  # one sentence is enough
        lost, back = self._changes.look(cameras)
        if lost:
            self._announce(say("strip.lost", name=", ".join(lost)), lost=True)
        if back:
            self._announce(say("strip.back", name=", ".join(back)), lost=False)

    def _announce(self, text: str, *, lost: bool) -> None:
        self._services.announce(text, urgent=lost)
        if lost:
            self._bar.alert()
            if self._services.settings.get("sound", False):
                QApplication.beep()

    def _say(self, text: str, urgent: bool) -> None:
        event = QAccessibleAnnouncementEvent(self._bar, text)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
        QAccessible.updateAccessibility(event)
