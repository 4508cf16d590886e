"""The place of the panels: a dock with tabs at the right of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QTabBar, QTabWidget, QToolButton, QWidget

from client_qt.widgets.panel import Panel, panel_makers
from client_qt.widgets.plain_tip import plain_tip
from client_qt.widgets.services import ViewerServices

__all__ = ["PanelDock"]


class PanelDock(QDockWidget):
    """Opens, closes and switches the panels; the one on top is active while it can be seen.

    Settings: "panels.open" (ids of those with a tab), "panels.top" (that of the one on top),
    "panels.width" (logical pixels, 0 for the usual width).
    """

    opened_changed = Signal()
    """Another panel is open, or on top."""

    def __init__(
        self,
        services: ViewerServices,
        parent: QWidget | None = None,
        *,
        opens: bool = True,
    ) -> None:
        """Connect the panels to their actions; ``opens``: False for a window without them."""
        super().__init__(parent)
        self._services = services
        self._panels: dict[str, Panel] = {}
        """Those that were opened once, by their ids."""
        self._active: Panel | None = None
        self._restoring = False
        """Whether the panels of the last time are being opened: nothing is to be kept."""
        self._tabs = QTabWidget(self)
        self._tabs.setDocumentMode(True)
        self._tabs.setUsesScrollButtons(True)
        self._tabs.setMovable(True)
        # Its tab bar takes the focus; where it does, too, Tab never comes back to the pictures.
        self._tabs.setFocusProxy(None)  # type: ignore[arg-type]  # Qt takes it
        self._tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._tabs.currentChanged.connect(self._on_current)
        self._tabs.tabBar().tabMoved.connect(self._keep)
        self.setWidget(self._tabs)
        self.setObjectName("panels")
        self.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self.setAllowedAreas(Qt.DockWidgetArea.RightDockWidgetArea)
        self.setTitleBarWidget(QWidget(self))
        self.hide()
        services.chosen_changed.connect(self._on_chosen)
        for panel_id in panel_makers() if opens else ():
            self._connect(panel_id)

    @property
    def opened(self) -> list[str]:
        """The ids of the panels that have a tab, in the order of the tabs."""
        return [self._open_panel(i).objectName() for i in range(self._tabs.count())]

    @property
    def current(self) -> str | None:
        """The id of the panel on top; None while no panel is open."""
        number = self._tabs.currentIndex()
        return None if number < 0 or self.isHidden() else self._open_panel(number).objectName()

    def follow(self, before: QWidget) -> None:
        """Let Tab lead from this widget to the tabs, and from them into the panel on top."""
        QWidget.setTabOrder(before, self._tabs.tabBar())

    def panel(self, panel_id: str) -> Panel:
        """Return the panel, which is made if it was never open."""
        if panel_id not in self._panels:
            panel = panel_makers()[panel_id](self._services)
            panel.setObjectName(panel_id)
            panel.setAccessibleName(self._title(panel_id))
            panel.setAutoFillBackground(True)
            panel.show_camera(self._services.chosen)
            self._panels[panel_id] = panel
        return self._panels[panel_id]

    def open(self, panel_id: str) -> None:
        """Bring the panel to the top and the keyboard to it."""
        panel = self._bring_up(panel_id)
        panel.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not self.has_focus() or self.window().focusWidget() is panel:
            # It has nothing that could be used yet, or nothing to begin with: Tab leads into it,
            # and the focus is seen meanwhile.
            self._tabs.tabBar().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def restore(self) -> None:
        """Open the panels that were open the last time; the keyboard stays where it is."""
        settings, known = self._services.settings, panel_makers()
        top = settings.get("panels.top", "")
        opened = [p for p in settings.get("panels.open", []) if isinstance(p, str) and p in known]
        self._restoring = True
        for panel_id in dict.fromkeys(opened):
            self._bring_up(panel_id)
        if top in opened:
            self._bring_up(top)
        self._restoring = False

    def keep_width(self) -> None:
        """Remember the width for the next start."""
        if self.isVisible():
            self._services.settings.set("panels.width", self.width())

    def _bring_up(self, panel_id: str) -> Panel:
        panel = self.panel(panel_id)
        if panel_id not in self.opened:
            number = self._tabs.addTab(panel, self._title(panel_id).replace("&", "&&"))
            side = QTabBar.ButtonPosition.RightSide
            self._tabs.tabBar().setTabButton(number, side, self._close_button(panel_id))
        self._tabs.setCurrentWidget(panel)
        self.show()
        self._keep()
        self._update_active()
        return panel

    def close_panel(self, panel_id: str) -> None:
        """Take the panel's tab away."""
        if panel_id in self.opened:
            self._close_tab(self.opened.index(panel_id))

    def close_current(self) -> None:
        """Take away the tab of the panel on top."""
        if self._tabs.currentIndex() >= 0:
            self._close_tab(self._tabs.currentIndex())

    def has_focus(self) -> bool:
        """Return whether the keyboard is in a panel."""
        return self.isAncestorOf(self.window().focusWidget())

    def toggle(self, panel_id: str) -> None:
        """Open the panel, or close it if it is on top."""
        if self.current == panel_id:
            self.close_panel(panel_id)
        else:
            self.open(panel_id)

    def window_state_changed(self) -> None:
        """Note that the window was minimised or is there again."""
        self._update_active()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        """Let the panel on top work."""
        super().showEvent(event)
        self._update_active()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        """Let the panel on top rest."""
        super().hideEvent(event)
        self._update_active()

    def _connect(self, panel_id: str) -> None:
        self._services.actions.connect(
            panel_id, lambda: self.toggle(panel_id), checked=lambda: self.current == panel_id
        )

    def _open_panel(self, number: int) -> Panel:
        panel = self._tabs.widget(number)
        assert isinstance(panel, Panel)
        return panel

    def _close_button(self, panel_id: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("close")
        button.setText("\N{MULTIPLICATION SIGN}")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        say = self._services.say
        button.setAccessibleName(f"{say('shell.close_panel')}: {self._title(panel_id)}")
        button.setToolTip(plain_tip(say("shell.close_panel")))
        button.clicked.connect(lambda: self.close_panel(panel_id))
        return button

    def _title(self, panel_id: str) -> str:
        texts = self._services.texts
        key = f"panel.{panel_id}"
        return texts.say(key if key in texts else f"action.{panel_id}")

    def _close_tab(self, number: int) -> None:
        self._tabs.removeTab(number)
        self._keep()
        if not self._tabs.count():
            self.hide()
        self._update_active()

    def _on_current(self, _index: int) -> None:
        self._keep()
        self._update_active()

    def _keep(self) -> None:
        if not self._restoring:
            number, settings = self._tabs.currentIndex(), self._services.settings
            top = "" if number < 0 else self._open_panel(number).objectName()
            settings.set("panels.open", self.opened)
            settings.set("panels.top", top)

    def _on_chosen(self, camera: int | None) -> None:
        for panel in self._panels.values():
            panel.show_camera(camera)

    def _update_active(self) -> None:
        number = self._tabs.currentIndex()
        seen = number >= 0 and self.isVisible() and not self.window().isMinimized()
        active = self._open_panel(number) if seen else None
        if active is not self._active:
            before, self._active = self._active, active
            if before is not None:
                before.set_active(False)
            if active is not None:
                active.set_active(True)
        self.opened_changed.emit()
