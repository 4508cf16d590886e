"""Files from the server: complete or not there, never over another one, with the stream's TLS."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtNetwork import QSslCertificate

from camstrm.client.address import ServerAddress
from client_qt.session.client import StreamClient
from client_qt.session.file_fetch import Fetched, FileFetch, raw_url, zip_url
from client_qt.session.network import Network, certificate_shown
from client_qt.session.new_file import NewFile
from tests.fakes.bridge.file_server import Answer, FileServer
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.certificates import KeyPair, make_certificate

Fetch = Callable[..., FileFetch]

DEADLINE_S = 30.0
"""For a thread that does nothing else; a busy machine is slow."""


@pytest.fixture
def server() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


@pytest.fixture
def fetch_from(qapp: object) -> Iterator[Fetch]:
    made: list[tuple[StreamClient, FileFetch]] = []

    def build(
        port: int, *, tls: bool = False, max_size: int = 10_000, **options: object
    ) -> FileFetch:
        scheme = "wss" if tls else "ws"
        address = ServerAddress(f"{scheme}://127.0.0.1:{port}/ws", "s3cret")
        client = StreamClient(address, **options)  # type: ignore[arg-type]  # passed through
        made.append((client, FileFetch(client, max_size=max_size)))
        return made[-1][1]

    yield build
    for client, files in made:
        files.close()
        files.deleteLater()
        client.deleteLater()


def test_a_connection_that_asks_for_nothing_does_not_keep_the_server_open() -> None:
    server = FileServer()
    with socket.create_connection(("127.0.0.1", server.port), DEADLINE_S) as idle:
        answered = socket.create_connection(("127.0.0.1", server.port), DEADLINE_S)
        with answered:
            # By then both have their threads.
            answered.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert answered.recv(100).startswith(b"HTTP/1.0 404")
        closing = threading.Thread(target=server.close, daemon=True)
        closing.start()
        closing.join(DEADLINE_S)
        assert not closing.is_alive()
        assert idle.recv(1) == b""


def url(server: FileServer, path: str, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{server.port}{path}"


def test_a_file_comes_with_the_token(
    tmp_path: Path, server: FileServer, fetch_from: Fetch, wait_until: WaitUntil
) -> None:
    server.answers["/cam/%EC%99%BC%EC%AA%BD.tiff"] = Answer(b"II*" * 2000, headers={"X-Bits": "12"})
    answers: list[Fetched] = []
    address = ServerAddress(f"ws://127.0.0.1:{server.port}/ws", "s3cret")
    where = raw_url(address, "왼쪽")
    fetch_from(server.port).get(where, tmp_path / "new" / "folder", "왼쪽.tiff", answers.append)
    wait_until(lambda: answers)
    assert answers[0].problem == ""
    assert answers[0].path == tmp_path / "new" / "folder" / "왼쪽.tiff"
    assert answers[0].path.read_bytes() == b"II*" * 2000
    assert answers[0].headers["x-bits"] == "12"
    assert server.asked == [("/cam/%EC%99%BC%EC%AA%BD.tiff?raw=1", "Bearer s3cret")]


def test_what_is_there_is_never_overwritten(
    tmp_path: Path, server: FileServer, fetch_from: Fetch, wait_until: WaitUntil
) -> None:
    server.answers["/cam.zip"] = Answer(b"new")
    (tmp_path / "all.zip").write_bytes(b"old")
    answers: list[Fetched] = []
    files = fetch_from(server.port)
    files.get(url(server, "/cam.zip"), tmp_path, "all.zip", answers.append)
    files.get(url(server, "/cam.zip"), tmp_path, "all.zip", answers.append)
    wait_until(lambda: len(answers) == 2)
    assert {a.path.name for a in answers if a.path} == {"all_2.zip", "all_3.zip"}
    assert (tmp_path / "all.zip").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer(b"left is lost.\nWait.", 503, {"Content-Type": "text/plain"}),
            "left is lost. Wait.",
        ),
        (Answer(b"<h1>Proxy</h1>", 502, {"Content-Type": "text/html"}), "the server answered 502"),
        (Answer(b"", 302, {"Location": "http://127.0.0.1:1/"}), "the server answered 302"),
        (Answer(b"x" * 9000, cut=100), "closed"),
        (Answer(b"x" * 20_000), "larger than"),
    ],
)
def test_what_is_no_complete_file_leaves_none(
    tmp_path: Path,
    server: FileServer,
    fetch_from: Fetch,
    wait_until: WaitUntil,
    answer: Answer,
    said: str,
) -> None:
    server.answers["/cam/left.tiff"] = answer
    answers: list[Fetched] = []
    fetch_from(server.port).get(url(server, "/cam/left.tiff"), tmp_path, "a.tiff", answers.append)
    wait_until(lambda: answers)
    assert answers[0].path is None
    assert said in answers[0].problem
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, server: FileServer, fetch_from: Fetch
) -> None:
    (tmp_path / "file").write_text("no folder")
    answers: list[Fetched] = []
    fetch_from(server.port).get(url(server, "/x"), tmp_path / "file", "a.tiff", answers.append)
    assert answers[0].path is None
    assert str(tmp_path / "file") in answers[0].problem
    assert server.asked == []


def test_files_that_are_given_up_are_removed(
    tmp_path: Path, server: FileServer, fetch_from: Fetch
) -> None:
    answers: list[Fetched] = []
    files = fetch_from(server.port)
    for number in range(6):
        files.get(url(server, "/cam.zip"), tmp_path, f"{number}.zip", answers.append)
    assert [a.problem for a in answers] == ["4 files are being fetched"] * 2, "bounded"
    files.close()
    assert list(tmp_path.iterdir()) == []
    assert len(answers) == 2


def test_only_the_pinned_certificate_passes(
    tmp_path: Path, fetch_from: Fetch, wait_until: WaitUntil
) -> None:
    pair = make_certificate(tmp_path, common_name="cams")
    other = "ab" * 32
    server = FileServer(pair)
    server.answers["/cam.zip"] = Answer(b"PK")
    try:
        trials: list[dict[str, object]] = [
            {"fingerprint": pin(pair)},
            {"network": Network(insecure=True)},
            {"fingerprint": other},
            {},
        ]
        came = []
        for options in trials:
            answers: list[Fetched] = []
            files = fetch_from(server.port, tls=True, **options)
            files.get(url(server, "/cam.zip", "https"), tmp_path, "z.zip", answers.append)
            wait_until(lambda answers=answers: answers)  # type: ignore[misc]
            came.append(answers[0].path is not None)
        assert came == [True, True, False, False]
        assert len(server.asked) == 2, "a stranger does not get the token"
    finally:
        server.close()


def pin(pair: KeyPair) -> str:
    read = QSslCertificate(QByteArray(pair.certificate.read_bytes()))
    return certificate_shown(read, []).fingerprint


def test_address_of_the_zip() -> None:
    plain = ServerAddress("ws://h:8765/ws", "t")
    assert zip_url(plain) == "http://h:8765/cam.zip"
    secure = ServerAddress("wss://h:8765/ws", "t")
    assert zip_url(secure, ["a b", "왼"]) == "https://h:8765/cam.zip?cameras=a+b%2C%EC%99%BC"


def test_a_discarded_file_makes_room(tmp_path: Path) -> None:
    file = NewFile.create(tmp_path, "a.png")
    assert (tmp_path / "a.png").exists()
    file.discard()
    again = NewFile.create(tmp_path, "a.png")
    again.write(b"x")
    assert again.finish() == tmp_path / "a.png"
