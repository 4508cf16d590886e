"""What the viewer asks of the server: whole pictures and views of what can be seen. No Qt.

There is at most one view for a camera, so the camera says which view an answer is for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from camstrm.wire import CameraFrame, GrantedView, Subscribe, View

__all__ = ["Subscription"]


class Subscription:
    """The last wish, and what the server made of it. Used by the UI thread alone."""

    def __init__(self) -> None:
        self._message = Subscribe()
        """What was asked for last; it is asked for again on a new connection. A new viewer gets
        everything unasked."""
        self._granted: dict[int, bool] = {}
        """The views that the server sends, by their ids: whether it is one of a part."""
        self._refused: dict[int, str] = {}
        """Why a camera's view is not sent, by its index."""

    def forget_answers(self) -> None:
        """Wait for new ones: there is another connection."""
        self._granted = {}
        self._refused = {}

    def update(
        self,
        cameras: Collection[int],
        views: Iterable[View],
        *,
        everything: bool,
        max_fps: float | None = None,
    ) -> Subscribe | None:
        """Return what to send for pictures of ``cameras``; None for nothing new.

        ``everything``: these are all cameras of the server. ``views``: at most one of each
        camera. One of the whole picture replaces the usual one if the server sends it, one of a
        part comes beside it.
        """
        by_camera = {view.camera: view for view in views}
        self._refused = {c: why for c, why in self._refused.items() if c in by_camera}
        whole = [
            c
            for c in sorted(cameras)
            if c not in by_camera or by_camera[c].region is not None or c in self._refused
        ]
        message = Subscribe(
            None if everything and len(whole) == len(cameras) else tuple(whole),
            max_fps,
            views=tuple(by_camera[c] for c in sorted(by_camera)),
        )
        if message == self._message:
            return None
        self._message = message
        if not by_camera:
            self._granted = {}  # it is not answered
        return message

    def answered(self, views: Sequence[GrantedView]) -> list[GrantedView]:
        """Take the server's answer; return the views that are refused for another reason now."""
        before = self._refused
        self._granted = {view.view: view.region is not None for view in views if view.view}
        refused = [view for view in views if not view.view]
        self._refused = {view.camera: view.refused for view in refused}
        return [view for view in refused if before.get(view.camera) != view.refused]

    def wants(self, frame: CameraFrame) -> bool:
        """Return whether an entry of a bundle is something that was asked for.

        The usual picture of a camera whose small one was asked for is wanted, too: it comes until
        the small one does, and on a slow link instead of it.
        """
        if frame.view:
            return frame.view in self._granted
        cameras, camera = self._message.cameras, frame.camera_index
        if cameras is None or camera in cameras:
            return True
        return any(view.camera == camera for view in self._message.views)

    def is_part(self, frame: CameraFrame) -> bool:
        """Return whether an entry comes beside the whole picture, even if it shows all of it."""
        return self._granted.get(frame.view, False)
