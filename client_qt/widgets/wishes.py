"""What is asked of each server: pictures of the cameras that can be seen, as large as seen."""

from __future__ import annotations

from camstrm.wire import View
from client_qt.model.view_wish import ShownPicture, SmallPicture, region_wish
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.services import Server, ViewerServices, camera_number, server_and_index

__all__ = ["PictureWishes"]

_LOW_FPS = 5.0
_LOW_SIDE = 480
"""What a slow connection is asked for: bundles a second, and the largest side of a picture."""


def _low_wish(index: int, wish: View | None) -> View:
    """Return what is asked for on a slow connection: nothing larger."""
    sides = (0,) if wish is None else (wish.max_width or _LOW_SIDE, wish.max_height or _LOW_SIDE)
    if wish is not None and max(sides) <= _LOW_SIDE:
        return wish
    return View(index, None, _LOW_SIDE, _LOW_SIDE)


def _is_seen(view: CameraView) -> bool:
    return view.isVisible() and view.on_screen and not view.window().isMinimized()


class PictureWishes:
    """Subscribes at each server to what is visible, in whichever window. UI thread only.

    Of a view that is hidden, or in a minimised window, nothing is asked for; of one that is zoomed
    in on the part that it shows; of a small one a smaller picture where that is enough. Setting
    "low_bandwidth": few small pictures.
    """

    def __init__(self, services: ViewerServices) -> None:
        self._services = services
        self._small: dict[int, SmallPicture] = {}
        """The small whole pictures that are wanted, by camera."""

    def update(self, *, visible: bool) -> None:
        """Ask for what is to be seen now; ``visible``: any window of the viewer is."""
        for server in self._services.servers.values():
            self._ask(server, visible=visible)

    def settle(self) -> bool:
        """Let small pictures follow the sizes of their places; return whether one is another."""
        services, changed = self._services, False
        now = services.clock()
        for camera, view in services.views():
            known, server = services.camera(camera), services.server_of(camera)
            if known is None or server is None or not view.isVisible():
                continue
            usual = known.usual_size if min(known.usual_size) > 0 else None
            index = server_and_index(camera)[1]
            small = self._small.setdefault(camera, SmallPicture(index))
            before = small.wish
            small.settle(view.frame_pixels(), usual, server.model.reduced, now)
            changed |= small.wish != before
        return changed

    def set_size(self, camera: int) -> None:
        """Note that the camera's view has another size, or shows another part."""
        view, server = self._services.view(camera), self._services.server_of(camera)
        if view is not None and server is not None:
            server.session.set_view_size(server_and_index(camera)[1], view.picture_pixels())

    def forget(self, camera: int) -> None:
        """Let a camera that comes in its place begin from nothing."""
        self._small.pop(camera, None)

    def _ask(self, server: Server, *, visible: bool) -> None:
        model = server.model
        shown: dict[int, CameraView] = {}
        wanted: tuple[int, ...] | None
        for index in model.cameras:
            view = self._services.view(camera_number(server.number, index))
            if view is not None and _is_seen(view):
                shown[index] = view
        if not model.cameras or len(shown) == len(model.cameras):
            wanted = None if visible else ()
        else:
            wanted = tuple(shown)
        low = self._services.settings.get("low_bandwidth", False)
        views = [w for i, view in shown.items() if (w := self._wish(server, i, view, low=low))]
        server.session.want(wanted, views, max_fps=_LOW_FPS if low else None)

    def _wish(self, server: Server, index: int, view: CameraView, *, low: bool) -> View | None:
        """Return the view that is wanted of a camera that can be seen."""
        model = server.model
        known, hello = model.cameras[index], model.hello
        if hello is None or not hello.limits.max_views:
            return None  # a server that has no views
        if view.viewport.fits:
            small = self._small.get(camera_number(server.number, index))
            wish = None if small is None else small.wish
            return _low_wish(index, wish) if low else wish
        # The usual picture comes instead of a small one as soon as a part is looked at.
        have = known.sent_size if model.reduced else known.usual_size
        if min(have) <= 0:
            return None
        shown = ShownPicture(*have, *view.viewport.frame)
        return region_wish(index, view.viewport, view.devicePixelRatioF(), shown)
