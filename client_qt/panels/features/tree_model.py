"""The tree of features for QTreeView: rows of the model without Qt, and the values beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor, QFont

from client_qt.model.feature_tree import TreeRow

__all__ = ["Cell", "FeatureTreeModel"]

Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Cell:
    """What is shown of one feature: ``name`` and ``value``, plain text, and how."""

    name: str
    value: str = ""
    tooltip: str = ""
    read_only: bool = False
    differs: bool = False


@dataclass(eq=False)
class _Node:
    row: TreeRow
    parent: _Node | None = None
    place: int = 0
    """Number of the row below the parent."""
    below: list[_Node] = field(default_factory=list)
    number: int = 0
    """Its place in the model's list of nodes: what an index of Qt carries. A pointer would outlive
    the node."""


class FeatureTreeModel(QAbstractItemModel):
    """Two columns, name and value. What a cell says is asked for when it is painted.

    Belongs to the UI thread. Only rows that are on the screen cost anything while values change.
    """

    def __init__(
        self,
        cell: Callable[[str], Cell],
        heads: tuple[str, str],
        count: Callable[[int], str],
        parent: QObject | None = None,
    ) -> None:
        """``cell``: what to show of a feature. ``count``: how many features a category has."""
        super().__init__(parent)
        self._cell = cell
        self._heads = heads
        self._count = count
        self._nodes = [_Node(TreeRow(-1))]
        """The root, then all rows from top to bottom."""
        self._features: dict[str, _Node] = {}
        self.changed_font = QFont()
        """Of a value that differs from the configuration."""
        self.changed_font.setBold(True)
        self.dim = QColor(Qt.GlobalColor.gray)
        """Of a value that cannot be written."""

    def set_rows(self, rows: Sequence[TreeRow]) -> None:
        """Show these instead of what was there."""
        self.beginResetModel()
        branch = _Node(TreeRow(-1))
        self._nodes = [branch]
        self._features = {}
        for row in rows:
            while branch.row.depth >= row.depth and branch.parent is not None:
                branch = branch.parent
            node = _Node(row, branch, len(branch.below), number=len(self._nodes))
            self._nodes.append(node)
            branch.below.append(node)
            if row.feature:
                self._features[row.feature] = node
            else:
                branch = node
        self.endResetModel()

    def refresh(self, names: Iterable[str]) -> None:
        """Have these features painted again: something of them is another."""
        for name in names:
            node = self._features.get(name)
            if node is not None:
                self.dataChanged.emit(self._index(node), self._index(node, 1))

    def index_of(self, feature: str) -> QModelIndex:
        """Return where a feature is; an invalid index where it is not shown."""
        node = self._features.get(feature)
        return _NOWHERE if node is None else self._index(node)

    def feature_at(self, index: Index) -> str:
        """Return the feature of a row; "" for a category and for none."""
        return self._node(index).row.feature if index.isValid() else ""

    def category_at(self, index: Index) -> str:
        """Return the path of a category; "" for a feature and for none."""
        return self._node(index).row.category if index.isValid() else ""

    def categories(self) -> list[tuple[QModelIndex, str]]:
        """Return the places and paths of all categories, parents before what is below them."""
        nodes = self._nodes[1:]
        return [(self._index(node), node.row.category) for node in nodes if not node.row.feature]

    @property
    def shown(self) -> Collection[str]:
        """The features that have a row."""
        return self._features.keys()

    # What Qt asks for; its names.

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        below = self._node(parent).below
        if not (0 <= row < len(below) and 0 <= column < 2):  # columns
            return _NOWHERE
        return self._index(below[row], column)

    def parent(self, index: Index = _NOWHERE) -> Any:  # QObject has one, too
        node = self._node(index).parent if index.isValid() else None
        return _NOWHERE if node is None or node.parent is None else self._index(node)

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802  # Qt's name
        return 0 if parent.column() > 0 else len(self._node(parent).below)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802, ARG002  # as Qt calls it
        return 2

    def headerData(  # noqa: N802  # Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        shown = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._heads[section] if shown and 0 <= section < len(self._heads) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._node(index).row, index.column()
        if not row.feature:
            return self._category(row, column, role)
        cell = self._cell(row.feature)
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.value if column else cell.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{cell.name}: {cell.value}" if cell.value and not column else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tooltip
        if role == Qt.ItemDataRole.FontRole and cell.differs:
            return self.changed_font
        if role == Qt.ItemDataRole.ForegroundRole and cell.read_only and column:
            return QBrush(self.dim)
        return None

    def _category(self, row: TreeRow, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._count(row.count) if column else row.name
        if role == Qt.ItemDataRole.ForegroundRole and column:
            return QBrush(self.dim)
        return None

    def _node(self, index: Index) -> _Node:
        number = index.internalId() if index.isValid() else 0
        return self._nodes[number] if number < len(self._nodes) else self._nodes[0]

    def _index(self, node: _Node, column: int = 0) -> QModelIndex:
        return self.createIndex(node.place, column, node.number)
