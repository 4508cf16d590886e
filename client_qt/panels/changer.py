"""Changer: changes of a camera that are not values, such as opening it again, with its lease."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from PySide6.QtCore import QObject

from camstrm.errors import CallError
from camstrm.wire.operations import Arguments, ChangeLease
from client_qt.model.feature_edit import Note
from client_qt.model.lease_flow import LeaseFlow, lease_flow
from client_qt.panels.asker import Asker
from client_qt.widgets.services import ViewerServices

__all__ = ["Changer", "flow_of", "say_note"]

Answer = Callable[[Struct | CallError], None]


class Changer(QObject):
    """Takes the camera's lease where nobody has it, then asks for the change. UI thread only."""

    def __init__(self, services: ViewerServices, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._asker = Asker(services, self)

    def why_not(self, camera: int | None) -> str:
        """Return why this person cannot change the camera now; "" if they can."""
        flow = flow_of(self._services, camera)
        if flow.may in ("mine", "free") or flow.note is None:
            return ""
        return say_note(self._services, flow.note)

    @property
    def waits(self) -> bool:
        """Whether a change has not been answered."""
        return self._asker.waits

    def forget(self) -> None:
        """Let the answers go nowhere; what was asked for may still be done."""
        self._asker.forget()

    def change(self, camera: int, do: str, arguments: Arguments | None, answer: Answer) -> None:
        """Do it; ``answer`` gets the result, or why it or the lease was refused."""

        def taken(result: Struct | CallError) -> None:
            if isinstance(result, CallError):
                answer(result)
            else:
                self._asker.ask(camera, do, arguments, answer)

        if flow_of(self._services, camera).may == "free":
            self._asker.ask(camera, "lease", ChangeLease("take"), taken)
        else:
            # A person who may not is refused by the server, with the holder's name.
            self._asker.ask(camera, do, arguments, answer)


def flow_of(services: ViewerServices, camera: int | None) -> LeaseFlow:
    """Return who may change a camera, as the models take it."""
    server = None if camera is None else services.server_of(camera)
    viewer = None if server is None or server.model.status is None else server.model.status.viewer
    if camera is None or viewer is None:
        return LeaseFlow("never")
    now_us = services.server_time_us(camera)
    return lease_flow(services.lease(camera), viewer.id, viewer.role, viewer.name, now_us)


def say_note(services: ViewerServices, note: Note) -> str:
    """Return a model's sentence in the person's language."""
    return services.say(note.key, **note.values)
