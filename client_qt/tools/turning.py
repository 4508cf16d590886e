"""Rotation and mirror of the pictures: what is configured for everybody, and what is mine."""

from __future__ import annotations

from client_qt.model.orientation import UPRIGHT, Orientation, nearest_quarter, orientation_of
from client_qt.widgets.services import ViewerServices, server_and_index

__all__ = ["TURNS", "Turning", "camera_key"]

TURNS = "picture.turns"
"""Name of the setting: {camera: [rotation, mirror]}, what this person adds."""

_MOST = 500
"""Cameras whose turn is remembered; the ones that were turned longest ago are forgotten."""


class Turning:
    """Gives each view its orientation and does the actions that change mine. UI thread only."""

    def __init__(self, services: ViewerServices) -> None:
        self._services = services
        services.view_set.connect(self._apply)
        services.cameras_changed.connect(lambda _: self._apply_all())
        services.settings.changed(TURNS, self._apply_all)
        actions = services.actions
        actions.connect("rotate_left", lambda: self._turn(-90), enabled=self._possible)
        actions.connect("rotate_right", lambda: self._turn(90), enabled=self._possible)
        actions.connect(
            "mirror",
            self._mirror,
            enabled=self._possible,
            checked=lambda: self.shown(services.chosen).mirror,
        )
        self._apply_all()

    def shown(self, camera: int | None) -> Orientation:
        """Return how a camera's picture is drawn."""
        info = self._services.info(camera)
        if info is None:
            return UPRIGHT
        configured = Orientation(nearest_quarter(info.rotation), info.mirror)
        return orientation_of(configured, self._mine(camera))

    def _mine(self, camera: int | None) -> Orientation:
        turns = self._services.settings.get(TURNS, dict[str, object]())
        found = turns.get(camera_key(self._services, camera))
        if not isinstance(found, list) or len(found) != 2:
            return UPRIGHT
        rotation, mirror = found
        if isinstance(rotation, bool) or not isinstance(rotation, (int, float)):
            return UPRIGHT
        return Orientation(nearest_quarter(rotation), mirror is True)

    def _turn(self, degrees: int) -> None:
        self._keep(self._mine(self._services.chosen).rotated(degrees))

    def _mirror(self) -> None:
        self._keep(self._mine(self._services.chosen).mirrored())

    def _keep(self, mine: Orientation) -> None:
        """Remember what this person adds to what is configured."""
        camera = self._services.chosen
        turns = dict(self._services.settings.get(TURNS, dict[str, object]()))
        key = camera_key(self._services, camera)
        turns.pop(key, None)
        if mine != UPRIGHT:
            turns[key] = [mine.rotation, mine.mirror]
        newest = list(turns.items())[-_MOST:]
        self._services.settings.set(TURNS, dict(newest))
        info, shown = self._services.info(camera), self.shown(camera)
        if camera is not None and info is not None:
            text = "tools.orientation.mirrored" if shown.mirror else "tools.orientation"
            values = {"name": info.name, "rotation": shown.rotation}
            self._services.hint(camera, self._services.say(text, **values))

    def _possible(self) -> bool:
        return self._services.chosen is not None

    def _apply_all(self) -> None:
        for camera, _ in self._services.views():
            self._apply(camera)

    def _apply(self, camera: int) -> None:
        view, server, shown = (
            self._services.view(camera),
            self._services.server_of(camera),
            self.shown(camera),
        )
        if view is not None:
            view.set_orientation(shown)
        if server is not None:
            rotation = 0 if shown.mirror else shown.rotation
            server.session.set_rotation(server_and_index(camera)[1], rotation)


def camera_key(services: ViewerServices, camera: int | None) -> str:
    """Return what a camera is remembered by: its serial number, without one its name."""
    info = services.info(camera)
    return "" if info is None else info.serial or info.name
