"""All features of a camera: a search that follows each letter, a tree, the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTabBar,
    QTreeView,
    QWidget,
)

from camstrm.feature import FeatureInfo, FeatureState
from camstrm.viewing.plain_text import plain_text
from client_qt.model.feature_tree import LEVELS, TreeRow
from client_qt.model.value_scale import format_value
from client_qt.panels.controls.card import GAP, MARGIN, column
from client_qt.panels.controls.segments import Segments
from client_qt.panels.features.feature_details import FeatureDetails
from client_qt.panels.features.tree_model import Cell, FeatureTreeModel
from client_qt.panels.panel_style import dim_colour
from client_qt.panels.setup.camera_panel import CameraPanel
from client_qt.widgets.panel import register_panel
from client_qt.widgets.services import ViewerServices

__all__ = ["FeaturesPanel"]

_SETTLED_MS = 250
"""Rows that are scrolled past are not watched: what is in view stays so for so long first."""

_MOST_FAVOURITES = 500
_ONLY = ("all", "changed", "favourites")
_LEVEL, _FAVOURITES = "features.level", "features.favourites"
"""Names of settings."""


class FeaturesPanel(CameraPanel):
    """Values are watched of the rows that can be seen, and of the chosen feature."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        say = services.say
        self._closed: set[str] = set()
        """Paths of the categories that the person closed."""
        self._chosen = ""
        """The feature that is chosen; "" for none."""
        self._only = "all"
        level = services.settings.get(_LEVEL, LEVELS[0], lambda value: value in LEVELS)
        self._level = level
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("features.search"))
        self.search.setAccessibleName(say("features.search"))
        self.search.setAccessibleDescription(say("features.search.hint"))
        self.search.setToolTip(say("features.search.hint"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.level = Segments(say("features.level"))
        self.level.set_choices([(name, say(f"features.level.{name}")) for name in LEVELS])
        self.level.show_choice(level)
        self.level.wished.connect(self._set_level)
        self.only = Segments(say("features.only"))
        self.only.set_choices([(name, say(f"features.only.{name}")) for name in _ONLY])
        self.only.show_choice(self._only)
        self.only.wished.connect(self._set_only)
        self.model = FeatureTreeModel(
            self._cell, (say("features.tree"), say("features.value")), str, self
        )
        self.tree = _Tree(self)
        self.tree.setAccessibleName(say("features.tree"))
        self.tree.setModel(self.model)
        self.tree.installEventFilter(self)
        self.more = QPushButton()
        self.more.setAutoDefault(True)
        self.more.clicked.connect(self._raise_level)
        self.details = FeatureDetails(self.desk)
        self.details.starred.connect(self._star)
        self.details.wanted.connect(self.choose)
        self.details.installEventFilter(self)
        self._place()
        # Not with Tab: it would end here while there is nothing yet to search in.
        self.setFocusProxy(self.search)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self.watch)
        self.tree.expanded.connect(lambda index: self._open(index, opened=True))
        self.tree.collapsed.connect(lambda index: self._open(index, opened=False))
        self.tree.verticalScrollBar().valueChanged.connect(self._look_soon)
        self.tree.selectionModel().currentChanged.connect(self._on_current)
        self.tree.activated.connect(self._on_activated)
        self._on_situation()

    @property
    def favourites(self) -> list[str]:
        """Names of features that the person wants to find at once."""
        found = self.services.settings.get(_FAVOURITES, list[str]())
        return [name for name in found if isinstance(name, str)][:_MOST_FAVOURITES]

    def choose(self, feature: str) -> None:
        """Choose a feature, and let the tree show it."""
        index = self.model.index_of(feature)
        if not index.isValid():
            self.search.clear()
            self._only = "all"
            self.only.show_choice("all")
            self._set_level(LEVELS[-1])
            index = self.model.index_of(feature)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    # What CameraPanel asks for.

    def watch(self) -> None:
        """Watch what can be seen."""
        tree = self.desk.tree
        names = dict.fromkeys(self._seen())
        if self._chosen and tree is not None and tree.info(self._chosen) is not None:
            names[self._chosen] = None
        if self.active:
            self.desk.watch(self, list(names))

    def rest(self) -> None:
        self._settle.stop()

    def show_tree(self) -> None:
        self._fill()
        self._settle.start(0)
        self.details.show_feature(self._chosen, favourite=self._chosen in self.favourites)

    def show_states(self, names: set[str]) -> None:
        self.model.refresh(names)
        if self._only == "changed" and self._changed() != set(self.model.shown):
            self._fill()
        if self._chosen in names:
            self.details.show_state()

    def show_situation(self) -> str:
        there = self.desk.tree is not None
        comes = there and self.search.isHidden()
        for part in (self.search, self.level, self.only, self.tree):
            part.setVisible(there)
        if comes and isinstance(self.window().focusWidget(), QTabBar):
            # The person who opened the panel waits at its tab for something to search in.
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        if not there:
            self.more.hide()
            self.details.hide()
            return ""
        self.details.show_state()
        if self.model.shown:
            return ""
        empty = {"changed": "features.nothing_changed", "favourites": "features.no_favourites"}
        searched = bool(self.search.text().strip())
        key = "features.nothing" if searched else empty.get(self._only, "features.nothing")
        return self.services.say(key)

    # The tree.

    def _place(self) -> None:
        upper = QWidget()
        rows = column(upper)
        rows.setContentsMargins(0, 0, 0, 0)
        for part in (self.search, self.level, self.only, self.tree, self.more):
            rows.addWidget(part)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(upper)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 0)
        self.content.addWidget(splitter, 1)
        self.content.setContentsMargins(MARGIN, 0, MARGIN, 0)
        self.content.setSpacing(GAP)

    def _fill(self) -> None:
        """Show the rows that fit search, level and choice."""
        tree = self.desk.tree
        if tree is None:
            self.model.set_rows([])
            return
        wanted: set[str] | None = None
        if self._only == "changed":
            wanted = self._changed()
        elif self._only == "favourites":
            wanted = set(self.favourites)
        query = self.search.text()
        rows, hidden = tree.rows(level=self._level, query=query, only=wanted)
        self.tree.fill(rows, self._closed if not query.strip() else set())
        index = self.model.index_of(self._chosen)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.tree.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        text = self.services.say("features.hidden", count=hidden) if hidden else ""
        self.more.setText(text)
        self.more.setAccessibleName(text)
        self.more.setVisible(bool(text))
        self._on_situation()
        self._look_soon()

    def _changed(self) -> set[str]:
        return {setting.feature for setting in self.desk.live}

    def _seen(self) -> list[str]:
        """Return the features whose rows can be seen."""
        return [f for f in map(self.model.feature_at, self.tree.seen()) if f]

    def _look_soon(self) -> None:
        if self.active:
            self._settle.start(_SETTLED_MS)

    def _cell(self, name: str) -> Cell:
        tree = self.desk.tree
        info = None if tree is None else tree.info(name)
        if info is None:
            return Cell(name)
        state = self.desk.states.get(name)
        shown = info.display_name or info.name
        about = info.tooltip or info.description
        # A tool tip that looks like HTML would be taken for it.
        tooltip = f"<p>{escape(name)}</p><p>{escape(about)}</p>" if about else escape(name)
        locked = state is None or (state.access not in ("RW", "WO") and not state.needs_stop)
        return Cell(
            shown,
            self._value_text(info, state),
            tooltip,
            locked,
            state is not None and state.differs,
        )

    def _value_text(self, info: FeatureInfo, state: FeatureState | None) -> str:
        wanted = self.desk.wanted(info.name)
        value = wanted if wanted is not None else None if state is None else state.value
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.services.say("features.on" if value else "features.off")
        if info.type == "enumeration":
            entries = {entry.name: entry.display_name or entry.name for entry in info.entries}
            return plain_text(entries.get(str(value), str(value)))
        return plain_text(format_value(value, info))

    # What the person does.

    def _set_level(self, level: str) -> None:
        self._level = level
        self.level.show_choice(level)
        self.services.settings.set(_LEVEL, level)
        self._fill()

    def _raise_level(self) -> None:
        at = LEVELS.index(self._level)
        self._set_level(LEVELS[min(at + 1, len(LEVELS) - 1)])

    def _set_only(self, only: str) -> None:
        self._only = only
        self._fill()

    def _star(self, feature: str, on: bool) -> None:  # Qt's signal
        others = [name for name in self.favourites if name != feature]
        self.services.settings.set(_FAVOURITES, [*others, feature] if on else others)
        if self._only == "favourites":
            self._fill()

    def _open(self, index: QModelIndex, *, opened: bool) -> None:
        if not self.tree.filling and not self.search.text().strip():
            path = self.model.category_at(index)
            (self._closed.discard if opened else self._closed.add)(path)
        self._look_soon()

    def _on_current(self, index: QModelIndex) -> None:
        feature = self.model.feature_at(index)
        if feature and feature != self._chosen:
            self._chosen = feature
            self.details.show_feature(feature, favourite=feature in self.favourites)
            self._look_soon()

    def _on_activated(self, index: QModelIndex) -> None:
        if self.model.feature_at(index):
            self.details.focus_editor()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        """Lead the keyboard from the search to the tree, and from the editor back."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return):
                self._into_tree()
                return True
            if watched is self.search and event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
            if watched is self.details and event.key() == Qt.Key.Key_Escape:
                self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        if watched is self.tree and event.type() == QEvent.Type.Resize:
            self._look_soon()
        return super().eventFilter(watched, event)

    def _into_tree(self) -> None:
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.model.feature_at(self.tree.currentIndex()):
            first = next((i for i in self.tree.seen() if self.model.feature_at(i)), None)
            if first is not None:
                self.tree.setCurrentIndex(first)


class _Tree(QTreeView):
    """Rows of one height: only those that are on the screen cost anything."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.filling = False
        """Whether rows are being opened by the program and not by the person."""
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setIndentation(12)
        self.setMinimumHeight(120)
        self.setTabKeyNavigation(False)

    def setModel(self, model: FeatureTreeModel) -> None:  # type: ignore[override]  # noqa: N802  # Qt's name; no other model
        super().setModel(model)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(1, 110)
        model.dim = dim_colour(self.palette())

    def fill(self, rows: Sequence[TreeRow], closed: set[str]) -> None:
        """Show these rows, all open but the categories in ``closed``."""
        model = self.model()
        assert isinstance(model, FeatureTreeModel)
        self.filling = True
        model.set_rows(rows)
        self.expandAll()
        for index, path in model.categories():
            if path in closed:
                self.collapse(index)
        self.filling = False

    def seen(self) -> list[QModelIndex]:
        """Return the rows that can be seen."""
        found = []
        index = self.indexAt(self.viewport().rect().topLeft())
        bottom = self.viewport().rect().bottom()
        while index.isValid() and self.visualRect(index).top() <= bottom:
            found.append(index.siblingAtColumn(0))
            index = self.indexBelow(index)
        return found


register_panel("features", FeaturesPanel)
