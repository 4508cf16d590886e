"""What has happened, newest first: a server's events, and what this viewer saw of it. No Qt.

The page has the same in model/event_log.js and panels/event_text.js; both are held to
tests/vectors/viewing/event_log.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from camstrm.viewing.texts import Texts
from camstrm.wire.server_operations import Event, Events
from client_qt.model.wording import NONE, clock_text

__all__ = ["EventLog", "event_text", "event_time", "is_back", "is_fault"]

_MOST = 2000
"""As many as the server keeps."""

_KINDS = {
    "faults": frozenset(
        (
            *("lost", "back", "restarted", "grabber lost", "grabber back"),
            *("server lost", "server back"),
        )
    ),
    "changes": frozenset(
        (
            *("changed", "executed", "kept", "lease", "reconfigured", "reconnect"),
            *("shared", "unshared"),
        )
    ),
}
"""Which kinds are which filter's."""

_NOBODY = (None, "")
"""Values that are none, and a lease that nobody holds."""


class EventLog:
    """Events of one server; they stay when the connection is lost. UI thread only."""

    def __init__(self) -> None:
        self.last = 0
        """The ``after`` of the next call."""
        self._noted = 0
        """How often this viewer has noted something by itself: their ids count down from here."""
        self.events: list[tuple[int, Event]] = []
        """Newest first, each with its id; what the viewer noted has negative ones."""

    def add(self, answer: Events) -> bool:
        """Take what the server answers; return whether there is something new."""
        # A server that was started again has forgotten what was; its ids go on growing.
        self.last = answer.last
        known = {number for number, _ in self.events}
        added = [(event.id, event) for event in answer.events if event.id not in known]
        self._insert(added)
        return bool(added)

    def note(self, kind: str, time_us: int) -> None:
        """Add something that this viewer saw by itself."""
        self._noted += 1
        self._insert([(-self._noted, Event(0, time_us, kind))])

    def chosen(self, kinds: str, words: str, read: Callable[[Event], str]) -> list[Event]:
        """Return those that fit, newest first.

        ``kinds``: "", "faults" or "changes"; ``words`` must all be in what a person reads.
        """
        wanted = words.lower().split()
        some = _KINDS.get(kinds)
        return [
            event
            for _, event in self.events
            if (some is None or event.kind in some)
            and all(word in read(event).lower() for word in wanted)
        ]

    def _insert(self, added: Iterable[tuple[int, Event]]) -> None:
        everything = [*self.events, *added]
        everything.sort(key=lambda entry: (-entry[1].time_us, -entry[0]))
        self.events = everything[:_MOST]


def event_text(event: Event, texts: Texts) -> str:
    """Return what happened, without time and camera."""
    key = f"events.{event.kind.replace(' ', '_')}"
    if event.kind == "lease":
        key += "_taken" if event.old in _NOBODY else "_free" if event.new in _NOBODY else ""
    said = event.kind
    if key in texts:
        said = texts.say(
            key,
            feature=event.feature,
            old=_value_text(event.old),
            new=_value_text(event.new),
            person=event.person or "?",
        )
    return " · ".join(filter(None, (said, event.text)))


def _value_text(value: bool | int | float | str | None) -> str:
    if value in _NOBODY:
        return NONE
    # As in the page, where whole numbers have no point, and true and false are small.
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def event_time(time_us: int, today: datetime) -> str:
    """Return the time, with the day if it is not that of ``today`` (in the viewer's zone)."""
    time = clock_text(time_us)
    if not time:
        return NONE
    then = datetime.fromtimestamp(time_us / 1e6, today.tzinfo)
    return time if then.date() == today.date() else f"{then:%m-%d} {time}"


def is_fault(kind: str) -> bool:
    """Return whether something is worse than before."""
    return kind.endswith("lost") or kind == "restarted"


def is_back(kind: str) -> bool:
    """Return whether something is well again."""
    return kind.endswith("back")
