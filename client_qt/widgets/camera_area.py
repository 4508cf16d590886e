"""The place of the pictures in the window: all cameras in their order, or one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QApplication, QLabel, QRubberBand, QScrollArea, QWidget

from camstrm.wire import CameraFrame
from client_qt.model.display import camera_display
from client_qt.model.layout import Layout, arrange
from client_qt.model.layouts import MODES
from client_qt.model.order import moved, order_of
from client_qt.session.picture import DecodedPicture
from client_qt.widgets.camera_details import show_details
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.overlay import make_overlays
from client_qt.widgets.plain_label import SELECTABLE
from client_qt.widgets.services import ViewerServices
from client_qt.widgets.view_texts import line_height

__all__ = ["GAP", "CameraArea"]

GAP = 2
"""Pixels between two pictures."""


class CameraArea(QScrollArea):
    """Has a view for each camera, arranges them, keeps their texts up to date.

    Settings: "order" (names of cameras), "layout.mode" (one of MODES), "layout.large" (the name
    of the camera that is the large one, "" for any), "single" (that of the one that is shown
    alone, "" for all), "info" (figures on the pictures).
    """

    shown_changed = Signal()
    """Other cameras can be seen now, or another part of one."""

    moved = Signal(int)
    """A camera's view has another size, or shows another part of the picture."""

    def __init__(self, services: ViewerServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.views: dict[int, CameraView] = {}
        """By the cameras' numbers, in the order in which they are shown; written here only."""
        self.single: int | None = None
        """The camera that has the place for itself; None: all are shown."""
        self.popped: set[int] = set()
        """Cameras that are in a window of their own; see PopOuts."""
        self.only: frozenset[str] | None = None
        """Names of the cameras that are shown at all; None: all are."""
        self.layout_shown = Layout((), 0)
        """The arrangement that is on the screen."""
        self._arranged: tuple[object, ...] = ()
        """What it was made of."""
        self._arranging = False
        """Whether views are being shown and hidden: what can be seen is not yet as it will be."""
        self._overlays = make_overlays(services)
        self._inner = QWidget(self)
        self._inner.setObjectName("grid")
        self._inner.setAccessibleName(services.say("shell.cameras"))
        self._empty = QLabel(self._inner)
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setMargin(24)
        font = self._empty.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self._empty.setFont(font)
        self._empty.setForegroundRole(QPalette.ColorRole.WindowText)
        self._empty.setTextInteractionFlags(SELECTABLE)
        self._target = QRubberBand(QRubberBand.Shape.Rectangle, self._inner)
        self.setWidget(self._inner)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        services.picture_ready.connect(self._show_picture)
        services.part_ready.connect(self._show_part)
        services.cameras_changed.connect(self._on_cameras)
        services.chosen_changed.connect(self._mark_chosen)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)
        for name in ("order", "layout.mode", "layout.large"):
            services.settings.changed(name, self._rebuild)
        services.settings.changed("info", self._show_figures)
        services.settings.changed("single", self._follow_single)
        services.order = lambda: [self.key(camera) for camera in self.views]
        self._rebuild()

    def show_single(self, camera: int | None) -> None:
        """Give the place to one camera, or to all of them (None)."""
        if camera is not None and camera not in self.views:
            return
        if camera is not None:
            self._services.choose(camera)
        self._services.settings.set("single", "" if camera is None else self.key(camera))
        if camera != self.single:
            self.single = camera
            self._show_views()

    def shown(self) -> list[int]:
        """Return the cameras that are shown here, in their order."""
        here = [camera for camera in self.views if camera not in self.popped]
        return here if self.single is None else [self.single]

    def key(self, camera: int) -> str:
        """Return the name by which the camera's place is kept: its own if no other has it."""
        info, server = self._services.info(camera), self._services.server_of(camera)
        name = "" if info is None else info.name
        alike = [c for c in self._services.cameras() if self._name(c) == name]
        return name if len(alike) < 2 or server is None else f"{server.label}/{name}"

    def move_camera(self, camera: int, by: int) -> None:
        """Move a camera ``by`` places on in the order, and keep that."""
        cameras = list(self.views)
        at = cameras.index(camera)
        self._keep(moved(cameras, at, max(0, at + by)))

    def refresh(self) -> None:
        """Bring all texts up to date."""
        services, now = self._services, self._services.clock()
        for number, view in self.views.items():
            camera, server = services.camera(number), services.server_of(number)
            if camera is not None and server is not None:
                display = camera_display(server.model, camera, services.texts, now)
                if len(services.servers) > 1:
                    # Two servers may have a camera of the same name.
                    display = replace(display, name=f"{display.name} · {server.label}")
                view.set_display(display)
            view.set_hint(services.hint_of(number))
        self.arrange()

    def show_empty(self, text: str) -> None:
        """Say what there is to say while there is no camera."""
        self._empty.setText(text)
        self._empty.setVisible(not self.shown())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        """Arrange the views."""
        super().resizeEvent(event)
        self.arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Leave arrows to the window: they choose cameras, and the chosen one is scrolled to."""
        event.ignore()

    def arrange(self) -> None:
        """Give each view its place, if anything is other than before."""
        shown = self.shown()
        width, height = self.width(), self.height()
        settings = self._services.settings
        mode = settings.get("layout.mode", "auto")
        large = settings.get("layout.large", "")
        at = next((n for n, c in enumerate(shown) if large and self.key(c) == large), -1)
        aspects = tuple(round(self._aspect(camera), 4) for camera in shown)
        line = line_height(self.font())
        wanted = (tuple(shown), aspects, width, height, line, mode, at)
        if wanted == self._arranged:
            return
        self._arranged = wanted
        mode = mode if mode in MODES else "auto"
        made = arrange(width, height, aspects, gap=GAP, line=line, mode=mode, large=at)
        if made.kind == "scroll":
            width -= self.verticalScrollBar().sizeHint().width()
            made = arrange(width, height, aspects, gap=GAP, line=line, mode=mode, large=at)
        self.layout_shown = made
        self._inner.resize(width, round(made.height))
        self._empty.setGeometry(self._inner.rect())
        for camera, cell in zip(shown, made.cells, strict=True):
            self.views[camera].setGeometry(*map(round, (cell.x, cell.y, cell.width, cell.height)))
        self._note_on_screen()

    def arrange_again(self) -> None:
        """Arrange all views: some have come back from elsewhere."""
        self._arranged = ()
        self._show_views()

    def _aspect(self, camera: int) -> float:
        known, view = self._services.camera(camera), self.views[camera]
        if view.aspect or known is None or min(known.source_size) <= 0:
            return view.aspect
        width, height = view.viewport.orientation.size(*known.source_size)
        return width / height

    def _name(self, camera: int) -> str:
        info = self._services.info(camera)
        return "" if info is None else info.name

    def _keep(self, cameras: Iterable[int]) -> None:
        self._services.settings.set("order", [self.key(camera) for camera in cameras])

    def _show_picture(self, camera: int, frame: CameraFrame, picture: DecodedPicture) -> None:
        if view := self.views.get(camera):
            view.set_picture(picture, frame)

    def _show_part(self, camera: int, frame: CameraFrame, picture: DecodedPicture) -> None:
        if view := self.views.get(camera):
            view.set_part(frame, picture)

    def _show_figures(self) -> None:
        for view in self.views.values():
            view.show_figures = self._services.settings.get("info", False)
            view.update()

    def _mark_chosen(self, _chosen: int | None = None) -> None:
        several = len(self.shown()) > 1
        for camera, view in self.views.items():
            view.set_chosen(camera == self._services.chosen and several)
            # Tab stops at the chosen camera only: on its way to a panel it must choose no other.
            stops = self._services.chosen in (None, camera)
            policy = Qt.FocusPolicy.WheelFocus if stops else Qt.FocusPolicy.ClickFocus
            view.setFocusPolicy(policy)
        chosen = self._services.view(self._services.chosen)
        if chosen is not None and chosen.parent() is self._inner:
            self.ensureWidgetVisible(chosen, 0, 0)

    def _on_cameras(self, gone: Iterable[int]) -> None:
        self._arranging = True
        for camera in gone:
            if view := self.views.get(camera):
                view.set_picture(None)
        self._rebuild()
        self.refresh()

    def _rebuild(self) -> None:
        cameras = [
            camera
            for camera in self._services.cameras()
            if self.only is None or self._name(camera) in self.only
        ]
        for camera in [c for c in self.views if c not in cameras]:
            self._services.set_view(camera, None)
            self.popped.discard(camera)
            _discard(self.views.pop(camera))
        kept = [name for name in self._services.settings.get("order", []) if isinstance(name, str)]
        order = order_of([self.key(camera) for camera in cameras], kept)
        cameras = [cameras[at] for at in order]
        self.views = {c: self.views.get(c) or self._new_view(c) for c in cameras}
        before: QWidget | None = None
        for view in self.views.values():
            # Tab goes through them in the order in which they are shown.
            if before is not None and view.window() is before.window():
                QWidget.setTabOrder(before, view)
            before = view
        self.single = self._kept_single()
        self._show_views()

    def _kept_single(self) -> int | None:
        name = self._services.settings.get("single", "")
        return next((c for c in self.views if name and self.key(c) == name), None)

    def _follow_single(self) -> None:
        if self._kept_single() != self.single:
            self.single = self._kept_single()
            self._show_views()

    def _new_view(self, camera: int) -> CameraView:
        services = self._services
        view = CameraView(self._inner, camera=camera, texts=services.texts, clock=services.clock)
        view.set_overlays(self._overlays)
        view.show_figures = services.settings.get("info", False)
        view.activated.connect(lambda: self.show_single(camera if self.single is None else None))
        view.chosen.connect(lambda: services.choose(camera))
        view.resized.connect(lambda: self._on_moved(camera))
        view.viewport_changed.connect(lambda: self._on_moved(camera))
        view.dragged.connect(lambda at: self._show_target(camera, at))
        view.dropped.connect(lambda at: self._drop(camera, at))
        view.details_wanted.connect(lambda: show_details(services, camera, view))
        services.set_view(camera, view)
        return view

    def _on_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        """Choose the camera that a person went to by keys.

        Where the focus was on something that is hidden or switched off, Qt takes it to what comes
        next, and nobody went there.
        """
        if not isinstance(now, CameraView) or not now.focus_shown:
            return
        if before is None or (before.isVisible() and before.isEnabled()):
            now.chosen.emit()

    def _show_target(self, camera: int, at: QPoint) -> None:
        target = self._camera_at(at)
        self._target.setVisible(target not in (None, camera))
        if target is not None:
            self._target.setGeometry(self.views[target].geometry())
            self._target.raise_()

    def _drop(self, camera: int, at: QPoint) -> None:
        self._target.hide()
        target, cameras = self._camera_at(at), list(self.views)
        if target is not None and target != camera:
            self._keep(moved(cameras, cameras.index(camera), cameras.index(target)))

    def _camera_at(self, point: QPoint) -> int | None:
        here = self._inner.mapFromGlobal(point)
        return next((c for c in self.shown() if self.views[c].geometry().contains(here)), None)

    def _show_views(self) -> None:
        self._arranging = True
        shown = self.shown()
        self._empty.setVisible(not shown)
        self.arrange()
        for camera, view in self.views.items():
            if camera not in self.popped:
                view.setVisible(camera in shown)
        self._mark_chosen()
        self._arranging = False
        self.shown_changed.emit()

    def _on_moved(self, camera: int) -> None:
        self.moved.emit(camera)
        if not self._arranging:
            self.shown_changed.emit()

    def _on_scrolled(self, _value: int) -> None:
        self._note_on_screen()
        self.shown_changed.emit()

    def _note_on_screen(self) -> None:
        """Note which views are within half a window of what can be seen."""
        top, height = self.verticalScrollBar().value(), self.height()
        for camera in self.shown():
            view = self.views[camera]
            below = view.y() > top + 1.5 * height
            view.on_screen = not below and view.geometry().bottom() >= top - 0.5 * height


def _discard(view: CameraView) -> None:
    view.hide()
    view.setParent(None)
    view.deleteLater()
