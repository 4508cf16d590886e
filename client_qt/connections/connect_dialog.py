"""The dialog in which a person connects to a server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from camstrm.client.address import ServerAddress, parse_address
from camstrm.errors import UsageError
from camstrm.viewing.plain_text import plain_text
from camstrm.viewing.texts import Texts
from client_qt.model.display import Level
from client_qt.model.server_book import KnownServer
from client_qt.widgets import theme
from client_qt.widgets.plain_label import SELECTABLE

__all__ = ["ConnectDialog"]

_WIDTH = 560
_MAX_TYPED = 4096
_MAX_NAME = 80
"""Characters that can be typed or pasted as address or token, and as name of a server."""
_URL = Qt.ItemDataRole.UserRole

_SCHEMES = ("ws://", "wss://", "http://", "https://", "camstrm://")


class ConnectDialog(QDialog):
    """Address, token, and the servers that were used before.

    It asks only: whoever made it connects on :attr:`wanted`, says how that goes with
    :meth:`show_connecting` and :meth:`show_problem`, and closes it. The token is never visible
    unless the person lets it be.
    """

    wanted = Signal(object, bool, bool)
    """ServerAddress, whether its token shall be kept, and whether the other servers shall go."""

    given_up = Signal()
    """The person has closed the dialog."""

    disconnect_wanted = Signal(str)
    """URL of a server that shall be shown no more."""

    forget_wanted = Signal(str)
    """URL of a server that shall leave the list."""

    rename_wanted = Signal(str, str)
    """URL of a server, and what the person calls it from now on; empty: by its host and port."""

    proxy_changed = Signal(bool)
    """Whether cameras shall be reached through the system's proxy from now on."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._say: Callable[..., str] = texts.say
        self._locale = QLocale("ko" if texts.language == "ko" else "en")
        self._open: frozenset[str] = frozenset()
        """Host and port of each server that the window shows."""
        self._known: dict[str, KnownServer] = {}
        """Those in the list, by their URLs."""
        say = self._say
        self.setWindowTitle(say("connect.title"))
        self.setMinimumWidth(_WIDTH)
        self.address = QLineEdit(self)
        self.address.setMaxLength(_MAX_TYPED)
        self.address.setPlaceholderText(say("connect.address_hint"))
        self.address.textChanged.connect(self._on_address)
        self.token = QLineEdit(self)
        self.token.setMaxLength(_MAX_TYPED)
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setPlaceholderText(say("connect.token_hint"))
        self.show_token = QPushButton(say("connect.token_show"), self)
        self.show_token.setCheckable(True)
        self.show_token.toggled.connect(self._show_token)
        self.paste = QPushButton(say("connect.token_paste"), self)
        self.paste.clicked.connect(self._paste)
        self.keep = QCheckBox(say("connect.token_keep"), self)
        self.proxy = QCheckBox(say("connect.proxy"), self)
        self.proxy.clicked.connect(self.proxy_changed)
        self.message = QLabel(self)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(SELECTABLE)
        self.history = QListWidget(self)
        self.history.setAccessibleName(say("connect.history"))
        self.history.setSpacing(3)
        self.history.currentItemChanged.connect(self._on_chosen)
        self.history.itemDoubleClicked.connect(lambda _item: self._submit(instead=False))
        self.name = QLineEdit(self)
        self.name.setMaxLength(_MAX_NAME)
        self.name.setAccessibleName(say("connect.history_name"))
        self.name.setPlaceholderText(say("connect.history_name_hint"))
        self.name.editingFinished.connect(self._rename)
        self.remove = QPushButton(say("connect.history_remove"), self)
        self.remove.clicked.connect(self._forget)
        self.disconnect_button = QPushButton(say("connect.disconnect"), self)
        self.disconnect_button.clicked.connect(self._disconnect)
        self.connect_button = QPushButton(say("connect.connect"), self)
        self.connect_button.setDefault(True)
        self.connect_button.clicked.connect(lambda: self._submit(instead=False))
        self.instead_button = QPushButton(say("connect.instead"), self)
        self.instead_button.setAutoDefault(False)
        self.instead_button.clicked.connect(lambda: self._submit(instead=True))
        self.cancel_button = QPushButton(say("connect.close"), self)
        self.cancel_button.clicked.connect(self.reject)
        for button in (self.show_token, self.paste, self.remove, self.disconnect_button,
                       self.cancel_button):  # fmt: skip
            button.setAutoDefault(False)
        self._lay_out()
        self.show_servers((), ())

    def show_servers(self, known: Sequence[KnownServer], opened: Collection[str]) -> None:
        """Fill the list; ``opened``: host and port of each server that the window shows."""
        say, chosen = self._say, self._chosen_url()
        self._open = frozenset(opened)
        self._known = {server.url: server for server in known}
        self.history.clear()
        for server in known:
            where = server.address.label
            name = plain_text(server.label, _MAX_NAME)
            notes = [where] if name != where else []
            if where in self._open:
                notes.append(say("connect.history_open"))
            elif server.used_s:
                notes.append(say("connect.history_used", when=self._when(server.used_s)))
            if server.token:
                notes.append(say("connect.history_token"))
            item = QListWidgetItem("  ·  ".join([name, *notes]), self.history)
            item.setData(_URL, server.url)
            if server.url == chosen:
                self.history.setCurrentItem(item)
        self._empty.setVisible(not known)
        for part in (self.history, self.remove, self._named):
            part.setVisible(bool(known))
        self.connect_button.setText(say("connect.add" if self._open else "connect.connect"))
        self.instead_button.setVisible(bool(self._open))
        self._on_chosen()

    def ask_for(self, address: ServerAddress, problem: str, *, token: bool) -> None:
        """Ask for the right address, or the right token, of a server that refused it."""
        self.address.setText(address.url)
        self.show_problem(problem)
        field = self.token if token else self.address
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.selectAll()

    def show_connecting(self, address: ServerAddress) -> None:
        """Say that an attempt is under way."""
        self._tell(self._say("connect.connecting", server=address.label), Level.IDLE)

    def show_problem(self, text: str) -> None:
        """Say what is wrong; empty: nothing is."""
        self._tell(text, Level.BAD)

    def reject(self) -> None:
        """Close it without connecting."""
        super().reject()
        self.token.clear()
        self.given_up.emit()

    def accept(self) -> None:
        """Close it: the server has answered."""
        super().accept()
        self.token.clear()
        self.address.clear()
        self.show_problem("")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Delete takes the chosen server from the list; Enter in its name does not connect."""
        if event.key() == Qt.Key.Key_Delete and self.history.hasFocus():
            self._forget()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.name.hasFocus():
            event.accept()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        say = self._say
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        form = QFormLayout()
        form.setSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(say("connect.address"), self.address)
        beside = QHBoxLayout()
        beside.addWidget(self.token, 1)
        beside.addWidget(self.show_token)
        beside.addWidget(self.paste)
        form.addRow(say("connect.token"), beside)
        form.addRow("", self.keep)
        form.addRow("", self.proxy)
        for field in (self.address, beside):
            label = form.labelForField(field)
            if isinstance(label, QLabel):
                label.setTextFormat(Qt.TextFormat.PlainText)
        self.address.setAccessibleName(say("connect.address"))
        self.token.setAccessibleName(say("connect.token"))
        column.addLayout(form)
        column.addWidget(self.message)
        head = QHBoxLayout()
        title = QLabel(say("connect.history"), self)
        title.setObjectName("head")
        head.addWidget(title, 1)
        head.addWidget(self.disconnect_button)
        head.addWidget(self.remove)
        column.addLayout(head)
        self._empty = QLabel(say("connect.history_empty"), self)
        self._empty.setEnabled(False)
        column.addWidget(self._empty)
        column.addWidget(self.history, 1)
        self._named = QWidget(self)
        row = QHBoxLayout(self._named)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel(say("connect.history_name"), self._named))
        row.addWidget(self.name, 1)
        column.addWidget(self._named)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.instead_button)
        buttons.addWidget(self.connect_button)
        column.addLayout(buttons)

    def _submit(self, *, instead: bool) -> None:
        try:
            address = self._typed()
        except UsageError as error:
            self.show_problem(plain_text(str(error), 400))
            return
        self.wanted.emit(address, self.keep.isChecked(), instead)

    def _typed(self) -> ServerAddress:
        """Return what was typed or pasted; a whole address in the token's field counts, too."""
        token = self.token.text().strip()
        if token.lower().startswith(_SCHEMES):
            pasted = parse_address(token)
            if not self.address.text().strip():
                return pasted
            token = pasted.token
        return parse_address(self.address.text(), token or None)

    def _on_address(self, text: str) -> None:
        self.show_problem("")
        # Of a pasted address the token goes where nobody reads it.
        if "token=" in text and text.strip().lower().startswith(_SCHEMES):
            try:
                address = parse_address(text)
            except UsageError:
                return
            if address.token:
                self.token.setText(address.token)
                self.address.setText(address.page_url() if "/ws" not in text else address.url)

    def _on_chosen(self, *_items: object) -> None:
        url = self._chosen_url()
        self.remove.setEnabled(bool(url))
        self.disconnect_button.setVisible(bool(self._open))
        self.disconnect_button.setEnabled(ServerAddress(url).label in self._open if url else False)
        known = self._known.get(url)
        self.name.setEnabled(known is not None)
        self.name.setText("" if known is None else plain_text(known.name, _MAX_NAME))
        if known is not None:
            self.address.setText(url)
            self.token.clear()
            self.keep.setChecked(bool(known.token))
            hint = "connect.token_kept" if known.token else "connect.token_hint"
            self.token.setPlaceholderText(self._say(hint))

    def _chosen_url(self) -> str:
        if self.history.currentRow() < 0:
            return ""
        return str(self.history.currentItem().data(_URL))

    def _forget(self) -> None:
        if url := self._chosen_url():
            self.forget_wanted.emit(url)

    def _rename(self) -> None:
        known = self._known.get(self._chosen_url())
        name = self.name.text().strip()
        if known is not None and name != plain_text(known.name, _MAX_NAME):
            self.rename_wanted.emit(known.url, name)

    def _disconnect(self) -> None:
        if url := self._chosen_url():
            self.disconnect_wanted.emit(url)

    def _paste(self) -> None:
        self.token.setText(QGuiApplication.clipboard().text().strip()[:_MAX_TYPED])
        self.token.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_token(self, shown: bool) -> None:  # Qt's signal
        modes = QLineEdit.EchoMode
        self.token.setEchoMode(modes.Normal if shown else modes.Password)

    def _tell(self, text: str, level: Level) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))
        colour = theme.TEXT if level is Level.IDLE else theme.LEVEL_COLOURS[level]
        self.message.setStyleSheet(f"color: {colour.name()};")

    def _when(self, used_s: float) -> str:
        moment = QDateTime.fromSecsSinceEpoch(int(used_s))
        return self._locale.toString(moment, QLocale.FormatType.ShortFormat)
