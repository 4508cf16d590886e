"""Links for colleagues: made, copied, shown as a QR code, listed and revoked."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from camstrm.errors import CallError
from camstrm.wire.operations import OPERATIONS
from camstrm.wire.server_operations import EndShare, ListShares, MakeShare, Share, Shares
from client_qt.panels.asker import Asker
from client_qt.panels.share.qr_code import qr_pixmap
from client_qt.panels.styled_panel import StyledPanel
from client_qt.widgets.panel import register_panel
from client_qt.widgets.services import ViewerServices, server_and_index

if TYPE_CHECKING:
    from msgspec import Struct

__all__ = ["SharePanel"]

_HOURS = (1, 8, 24, 168, 720)
_USUAL_HOURS = 8
_QR_SIDE = 220
"""Pixels."""

_MAX_NOTE = 200
"""Characters, as the server takes them."""

_LIST_HEIGHT = 130
"""Most, in logical pixels; longer lists scroll."""

_CAMERA = Qt.ItemDataRole.UserRole

assert {"share", "shares", "unshare"} <= OPERATIONS.keys()


class SharePanel(StyledPanel):
    """Shares cameras of the server that the chosen camera belongs to."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        say = services.say
        self._ask = Asker(services, self)
        self._camera: int | None = None
        """The chosen camera, whose server is asked."""
        self._server: int | None = None
        """Number of that server; the cameras in the list are its own."""
        self._active = False
        self.cameras = QListWidget(self)
        self.cameras.setAccessibleName(say("share.cameras"))
        self.hours = QComboBox(self)
        self.hours.setAccessibleName(say("share.hours"))
        for hours in _HOURS:
            self.hours.addItem(say(f"share.hours.{hours}"), hours)
        self.hours.setCurrentIndex(_HOURS.index(_USUAL_HOURS))
        self.note = QLineEdit(self)
        self.note.setMaxLength(_MAX_NOTE)
        self.note.setPlaceholderText(say("share.note"))
        self.note.setAccessibleName(say("share.note"))
        self.note.returnPressed.connect(self._make)
        self.make = QPushButton(say("share.make"), self)
        self.make.clicked.connect(self._make)
        self.message = _label("", "warning")
        self.link = QLineEdit(self)
        self.link.setReadOnly(True)
        self.link.setAccessibleName(say("share.link"))
        self.copy = QPushButton(say("share.copy"), self)
        self.copy.clicked.connect(self._copy)
        self.qr = QLabel(self)
        self.qr.setAccessibleName(say("share.qr"))
        self.local = _label(say("connect.share_local"), "warning")
        self._made = QWidget(self)
        self._rows = QVBoxLayout()
        self.revokes: list[QPushButton] = []
        """A button for each open link, in the order of the list; written here only."""
        self._none = _label(say("share.none"), "dim")
        for button in (self.make, self.copy):
            button.setAutoDefault(True)
        self._lay_out()
        self._made.hide()
        self.message.hide()
        services.changed.connect(self._update_right)

    def show_camera(self, camera: int | None) -> None:
        """Be about the camera's server."""
        self._camera = camera
        server = None if camera is None else server_and_index(camera)[0]
        if server != self._server:
            self._server = server
            self.cameras.clear()  # what was ticked is of the other server
            self._ask.forget()
            self._made.hide()
            self._say("")
            self._show_shares(())
        self._list_cameras()
        self._update_right()
        if self._active:
            self._read()

    def set_active(self, active: bool) -> None:
        """Ask for the open links whenever somebody looks."""
        self._active = active
        if active:
            self._list_cameras()
            self._read()

    def _lay_out(self) -> None:
        say = self.services.say
        content = QWidget(self)
        content.setObjectName("panel-content")
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(_label(say("share.new"), "title"))
        column.addWidget(_label(say("share.about"), "dim"))
        column.addWidget(self.cameras)
        row = QHBoxLayout()
        label = _label(say("share.hours"), "")
        label.setBuddy(self.hours)
        row.addWidget(label)
        row.addWidget(self.hours, 1)
        column.addLayout(row)
        column.addWidget(self.note)
        column.addWidget(self.make)
        column.addWidget(self.message)
        made = QVBoxLayout(self._made)
        made.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.link, 1)
        row.addWidget(self.copy)
        made.addLayout(row)
        made.addWidget(_label(say("share.once"), "dim"))
        made.addWidget(self.local)
        made.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._made)
        column.addSpacing(8)
        column.addWidget(_label(say("share.open"), "title"))
        column.addWidget(self._none)
        column.addLayout(self._rows)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _list_cameras(self) -> None:
        """Bring the list up to date; what was ticked stays, at first the chosen camera is."""
        ticked: set[int | None] = {*self.chosen_cameras} or {self._camera}
        cameras = [c for c in self.services.cameras() if server_and_index(c)[0] == self._server]
        row = self.cameras.currentRow()
        current = None if row < 0 else self.cameras.item(row).data(_CAMERA)
        self.cameras.clear()
        for camera in cameras:
            info = self.services.info(camera)
            item = QListWidgetItem("" if info is None else info.name, self.cameras)
            item.setData(_CAMERA, camera)
            state = Qt.CheckState.Checked if camera in ticked else Qt.CheckState.Unchecked
            item.setCheckState(state)
            if camera == current or (current is None and camera == self._camera):
                # The row that a key ticks.
                self.cameras.setCurrentItem(item)
        rows = max(1, self.cameras.count()) * max(self.cameras.sizeHintForRow(0), 18)
        self.cameras.setFixedHeight(min(_LIST_HEIGHT, rows + 6))

    @property
    def chosen_cameras(self) -> list[int]:
        """The numbers of the cameras that are ticked."""
        items = [self.cameras.item(row) for row in range(self.cameras.count())]
        return [i.data(_CAMERA) for i in items if i.checkState() is Qt.CheckState.Checked]

    def _update_right(self) -> None:
        may = self._camera is not None and self.services.role(self._camera) in ("control", "admin")
        for widget in (self.cameras, self.hours, self.note, self.make):
            widget.setEnabled(may)
        known = self._camera is not None and self.services.role(self._camera) != ""
        if known and not may:
            self._say(self.services.say("share.view"))

    def _make(self) -> None:
        cameras = tuple(server_and_index(camera)[1] for camera in self.chosen_cameras)
        if self._camera is None or not cameras:
            self._say(self.services.say("share.none_chosen"))
            return
        self._say("")
        hours = float(self.hours.currentData())
        wish = MakeShare(cameras, hours, self.note.text().strip())
        self._ask.ask(self._camera, "share", wish, self._on_made)

    def _on_made(self, answer: Struct | CallError) -> None:
        if not isinstance(answer, Share):
            self._failed(answer)
            return
        server = None if self._camera is None else self.services.server_of(self._camera)
        if server is None or server.address is None:
            return
        url = server.address.page_url(answer.url_token)
        self.link.setText(url)
        self.link.setCursorPosition(0)
        self.local.setVisible(_is_this_machine(server.address.host))
        try:
            self.qr.setPixmap(qr_pixmap(url, _QR_SIDE))
            self.qr.show()
        except ValueError:
            self.qr.hide()
        self._made.show()
        self.link.setFocus(Qt.FocusReason.OtherFocusReason)
        self.note.clear()
        self._read()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self.services.announce(self.services.say("share.copied"))
        self._say(self.services.say("share.copied"), "good")

    def _read(self) -> None:
        if self._camera is not None and self.services.role(self._camera) in ("control", "admin"):
            self._ask.ask(self._camera, "shares", ListShares(), self._on_shares)

    def _on_shares(self, answer: Struct | CallError) -> None:
        if isinstance(answer, Shares):
            self._show_shares(answer.shares)
        else:
            self._failed(answer)

    def _show_shares(self, shares: tuple[Share, ...]) -> None:
        # Of this window, which need not be the active one when the answer comes.
        had_focus = self.window().focusWidget() in self.revokes
        while (item := self._rows.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.revokes = []
        for share in shares:
            self._rows.addWidget(self._row(share))
        self._none.setVisible(not shares)
        if had_focus:
            # What was revoked is gone; the keys go on from here.
            next_one = self.revokes[0] if self.revokes else self.note
            next_one.setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, share: Share) -> QWidget:
        say = self.services.say
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 2, 0, 2)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        cameras = ", ".join(share.cameras)
        texts.addWidget(_label(share.note or cameras, ""))
        notes = [cameras] if share.note else []
        notes.append(say("share.expires", time=self._when(share.expires_us)))
        if share.made_by:
            notes.append(say("share.made_by", person=share.made_by))
        texts.addWidget(_label("  ·  ".join(notes), "dim"))
        line.addLayout(texts, 1)
        revoke = QPushButton(say("share.revoke"), row)
        revoke.setAccessibleName(say("share.revoke_of", note=share.note or cameras))
        revoke.setAutoDefault(True)  # Enter presses it, too
        revoke.clicked.connect(lambda: self._revoke(share.id))
        self.revokes.append(revoke)
        line.addWidget(revoke, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _revoke(self, share_id: str) -> None:
        if self._camera is not None:
            self._ask.ask(self._camera, "unshare", EndShare(share_id), self._on_revoked)

    def _on_revoked(self, answer: Struct | CallError) -> None:
        if isinstance(answer, CallError):
            self._failed(answer)
        else:
            self._made.hide()
            self._say(self.services.say("share.revoked"), "good")
        self._read()

    def _failed(self, answer: Struct | CallError) -> None:
        self._say(self.services.say("share.failed", message=str(answer)))

    def _say(self, text: str, weight: str = "warning") -> None:
        self.message.setText(text)
        self.message.setProperty("weight", weight)
        self.message.style().polish(self.message)
        self.message.setVisible(bool(text))

    def _when(self, time_us: int) -> str:
        locale = QLocale("ko" if self.services.texts.language == "ko" else "en")
        moment = QDateTime.fromMSecsSinceEpoch(time_us // 1000)
        return locale.toString(moment, QLocale.FormatType.ShortFormat)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _label(text: str, weight: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("weight", weight)
    return label


register_panel("share", SharePanel)
