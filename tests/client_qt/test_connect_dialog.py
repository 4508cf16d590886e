from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from camstrm.client.address import ServerAddress
from camstrm.viewing.texts import Texts
from client_qt.connections.about_box import AboutBox
from client_qt.connections.certificate_dialog import CertificateDialog
from client_qt.connections.connect_dialog import ConnectDialog
from client_qt.connections.icon import SIZES, window_icon
from client_qt.model.certificate import Certificate
from client_qt.model.server_book import KnownServer
from client_qt.widgets.key_list import KeyList
from client_qt.widgets.services import ViewerServices

SERVERS = [
    KnownServer("ws://left:8765/ws", 2000.0, "kept", "", "Hall 2"),
    KnownServer("ws://right:8765/ws", 1000.0),
]
CERTIFICATE = Certificate("cams", "Works CA", "2026-11-01", "2028-11-01", "ab" * 32, ("unknown",))

Wanted = list[tuple[ServerAddress, bool, bool]]


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[ConnectDialog]:
    dialog = ConnectDialog(Texts("en"))
    dialog.show()
    yield dialog
    dialog.close()
    dialog.deleteLater()


@pytest.fixture
def wanted(dialog: ConnectDialog) -> Wanted:
    wanted: Wanted = []
    dialog.wanted.connect(lambda *asked: wanted.append(asked))
    return wanted


def test_an_address_and_a_token_are_typed_and_enter_connects(
    dialog: ConnectDialog, wanted: Wanted, qtbot: QtBot
) -> None:
    assert dialog.focusWidget() is dialog.address
    QTest.keyClicks(dialog.address, "server")
    QTest.keyClick(dialog.address, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.token
    QTest.keyClicks(dialog.token, "s3cret")
    QTest.keyClick(dialog.token, Qt.Key.Key_Return)
    assert wanted == [(ServerAddress("ws://server:8765/", "s3cret"), False, False)]


def test_nobody_reads_the_token_over_the_shoulder(dialog: ConnectDialog) -> None:
    dialog.token.setText("s3cret")
    assert dialog.token.echoMode() is QLineEdit.EchoMode.Password
    assert "s3cret" not in dialog.token.displayText()
    dialog.show_token.click()
    assert dialog.token.displayText() == "s3cret"


@pytest.mark.parametrize(
    "pasted",
    ["http://server:9000/?token=abc", "camstrm://server:9000/?token=abc"],
)
def test_the_token_of_a_pasted_address_goes_to_its_field(
    pasted: str, dialog: ConnectDialog, wanted: Wanted
) -> None:
    dialog.address.setText(pasted)
    assert "abc" not in dialog.address.text()
    assert dialog.token.text() == "abc"
    dialog.connect_button.click()
    assert wanted[0][0] == ServerAddress("ws://server:9000/ws", "abc")


def test_a_whole_address_may_be_pasted_into_the_tokens_field(
    dialog: ConnectDialog, wanted: Wanted
) -> None:
    QGuiApplication.clipboard().setText("http://server:9000/?token=abc\n")
    dialog.paste.click()
    dialog.connect_button.click()
    assert wanted[0][0] == ServerAddress("ws://server:9000/ws", "abc")
    dialog.address.setText("other")
    dialog.connect_button.click()
    assert wanted[1][0] == ServerAddress("ws://other:8765/", "abc")


def test_what_is_no_address_is_said_and_nothing_happens(
    dialog: ConnectDialog, wanted: Wanted
) -> None:
    dialog.address.setText("ftp://server")
    dialog.connect_button.click()
    assert wanted == []
    assert "starts with 'ftp'" in dialog.message.text()
    dialog.address.setText("server")
    assert dialog.message.text() == ""


def test_servers_used_before_are_listed_and_chosen_with_the_keyboard(
    dialog: ConnectDialog, wanted: Wanted, qtbot: QtBot
) -> None:
    dialog.show_servers(SERVERS, ())
    rows = [dialog.history.item(row).text() for row in range(2)]
    assert rows[0].startswith("Hall 2  ·  left:8765  ·  last used ")
    assert rows[0].endswith("token kept")
    assert rows[1].startswith("right:8765  ·  last used ")
    assert "kept" not in rows[1]
    dialog.history.setFocus()
    QTest.keyClick(dialog.history, Qt.Key.Key_Down)
    QTest.keyClick(dialog.history, Qt.Key.Key_Down)
    assert dialog.address.text() == "ws://right:8765/ws"
    QTest.keyClick(dialog.history, Qt.Key.Key_Return)
    assert [asked[0].url for asked in wanted] == ["ws://right:8765/ws"]
    dialog.history.setCurrentRow(0)
    assert dialog.keep.isChecked()
    assert dialog.token.text() == "", "a kept token is not shown, not even as dots"


def test_a_server_can_be_removed_from_the_list(dialog: ConnectDialog, qtbot: QtBot) -> None:
    forgotten: list[str] = []
    dialog.forget_wanted.connect(forgotten.append)
    dialog.show_servers(SERVERS, ())
    assert not dialog.remove.isEnabled()
    dialog.history.setFocus()
    dialog.history.setCurrentRow(1)
    QTest.keyClick(dialog.history, Qt.Key.Key_Delete)
    dialog.remove.click()
    assert forgotten == ["ws://right:8765/ws"] * 2


def test_a_server_is_given_a_name_and_enter_does_not_connect(
    dialog: ConnectDialog, wanted: Wanted, qtbot: QtBot
) -> None:
    renamed: list[tuple[str, str]] = []
    dialog.rename_wanted.connect(lambda *both: renamed.append(both))
    assert not dialog.name.isVisible()
    dialog.show_servers(SERVERS, ())
    assert dialog.name.isVisible()
    assert not dialog.name.isEnabled(), "no server is chosen"
    dialog.history.setCurrentRow(0)
    assert dialog.name.text() == "Hall 2"
    dialog.history.setCurrentRow(1)
    assert dialog.name.text() == ""
    dialog.name.setFocus()
    QTest.keyClicks(dialog.name, " Hall 3 ")
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert renamed == [("ws://right:8765/ws", "Hall 3")]
    dialog.show_servers([SERVERS[0], KnownServer(SERVERS[1].url, 1000.0, name="Hall 3")], ())
    assert dialog.history.item(1).text().startswith("Hall 3  ·  right:8765")
    QTest.keyClick(dialog.name, Qt.Key.Key_Tab)
    assert len(renamed) == 1, "the same name is none"
    assert wanted == []


def test_with_a_server_open_the_person_chooses_to_add_or_to_replace(
    dialog: ConnectDialog, wanted: Wanted
) -> None:
    assert not dialog.instead_button.isVisible()
    dialog.show_servers(SERVERS, ["left:8765"])
    assert dialog.connect_button.text() == "Add to this window"
    dialog.address.setText("new")
    dialog.keep.setChecked(True)
    dialog.instead_button.click()
    assert wanted == [(ServerAddress("ws://new:8765/"), True, True)]
    gone: list[str] = []
    dialog.disconnect_wanted.connect(gone.append)
    dialog.history.setCurrentRow(1)
    assert not dialog.disconnect_button.isEnabled()
    dialog.history.setCurrentRow(0)
    dialog.disconnect_button.click()
    assert gone == ["ws://left:8765/ws"]


def test_a_refused_token_has_its_field_at_hand(dialog: ConnectDialog) -> None:
    dialog.token.setText("old")
    address = ServerAddress("ws://server:8765/ws", "old")
    dialog.ask_for(address, "wrong\n<b>token</b>", token=True)
    assert dialog.focusWidget() is dialog.token
    assert dialog.token.selectedText() != ""
    assert dialog.message.text() == "wrong\n<b>token</b>"
    assert dialog.message.textFormat() is Qt.TextFormat.PlainText
    assert dialog.address.text() == "ws://server:8765/ws"


def test_closing_it_leaves_no_token_behind(dialog: ConnectDialog) -> None:
    given_up: list[bool] = []
    dialog.given_up.connect(lambda: given_up.append(True))
    dialog.token.setText("s3cret")
    dialog.reject()
    assert dialog.token.text() == ""
    assert given_up == [True]


@pytest.mark.parametrize("before", ["", "cd" * 32])
def test_a_certificate_is_shown_and_enter_refuses_it(before: str, qtbot: QtBot) -> None:
    address = ServerAddress("wss://cams:8765/ws")
    dialog = CertificateDialog(Texts("en"), address, CERTIFICATE, before)
    trusted: list[bool] = []
    dialog.trusted.connect(trusted.append)
    dialog.show()
    texts = {label.objectName(): label.text() for label in dialog.findChildren(QLabel)}
    assert texts["subject"] == "cams"
    assert texts["issuer"] == "Works CA"
    assert texts["valid"] == "from 2026-11-01 until 2028-11-01"
    now = texts["fingerprint_now" if before else "fingerprint"]
    assert now.replace("\n", "") == ":".join(["AB"] * 32)
    assert ("CD:CD" in texts.get("fingerprint_trusted", "")) == bool(before)
    assert ("Somebody may be intercepting" in dialog.warning.text()) == bool(before)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert trusted == []
    assert not dialog.isVisible()


def test_a_certificate_is_trusted_once_or_from_now_on(qtbot: QtBot) -> None:
    trusted: list[bool] = []
    for always in (False, True):
        address = ServerAddress("wss://cams:8765/ws")
        dialog = CertificateDialog(Texts("ko"), address, CERTIFICATE, "")
        dialog.trusted.connect(trusted.append)
        dialog.show()
        (dialog.always if always else dialog.once).click()
    assert trusted == [False, True]


def test_the_about_box_has_the_versions_for_a_report(qtbot: QtBot) -> None:
    box = AboutBox(Texts("en"))
    box.show()
    assert "camstrm Version 0.1" in box.versions.text()
    assert "Qt 6." in box.versions.text()
    assert "Python 3." in box.versions.text()
    box.close()


def test_the_window_has_an_icon_in_all_sizes() -> None:
    assert sorted(size.width() for size in window_icon().availableSizes()) == sorted(SIZES)


@pytest.mark.parametrize("kind", ["connect", "certificate", "about", "keys"])
def test_dialogs_have_names_and_tab_goes_round(kind: str, qtbot: QtBot) -> None:
    texts, parent = Texts("ko"), QWidget()
    dialog: QDialog
    if kind == "connect":
        dialog = ConnectDialog(texts)
        dialog.show_servers(SERVERS, ["left:8765"])
        dialog.history.setCurrentRow(0)
    elif kind == "certificate":
        address = ServerAddress("wss://cams:8765/ws")
        dialog = CertificateDialog(texts, address, CERTIFICATE, "cd" * 32)
    elif kind == "about":
        dialog = AboutBox(texts)
    else:
        dialog = KeyList(ViewerServices(texts=texts), parent)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow, timeout=30_000)
    controls = [
        w
        for w in dialog.findChildren(QWidget)
        if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        if not isinstance(w.parent(), QLineEdit) and not isinstance(w, QAbstractScrollArea)
    ]
    for control in controls:
        assert QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name), control
    walked: list[QWidget] = []
    for _ in range(2 * len(controls) + 4):
        focused: QWidget | None = dialog.focusWidget()
        here = dialog if focused is None else focused
        walked.append(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
    missed = set(controls) - set(walked)
    assert {repr(w) for w in missed if not isinstance(w, QLabel)} == set()
    dialog.close()
    dialog.deleteLater()
