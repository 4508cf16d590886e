from __future__ import annotations

import pytest

from camstrm.client.address import ServerAddress
from camstrm.viewing.texts import Texts
from client_qt.model.failure import Failure, explain_failure

ADDRESS = ServerAddress("wss://cams:8765/ws")
WITH_TOKEN = ServerAddress("wss://cams:8765/ws", "abc")


def explain(text: str, address: ServerAddress = ADDRESS, tls_problem: str | None = None) -> Failure:
    return explain_failure(text, address, Texts("en"), tls_problem=tls_problem)


@pytest.mark.parametrize(
    "text",
    [
        "QWebSocketPrivate::processHandshake: Unhandled http status code: 401 (Unauthorized).",
        "QWebSocketPrivate::processHandshake: Unsupported WWW-Authenticate challenge encountered",
        "QWebSocket::processHandshake: Host requires authentication",
    ],
)
def test_401_in_the_words_of_old_and_new_qt(text: str) -> None:
    failure = explain(text)
    assert failure.patient
    assert failure.kind == "token"
    assert failure.reason.startswith("cams:8765 needs a token: paste")
    refused = explain(text, WITH_TOKEN)
    assert refused.reason.startswith("cams:8765 does not accept this token: paste")
    assert "abc" not in refused.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("status code: 502 (x).", "cams:8765 answered HTTP 502: is this a camstrm server, and"),
        ("Connection refused", "cams:8765 refuses the connection: is the server running"),
        ("Host not found.", "There is no host named cams: check the name"),
        ("Proxy connection refused", "The proxy for cams:8765 cannot be used"),
        ("Network unreachable", "cams:8765 cannot be reached (Network unreachable): is it"),
        ("Something odd.", "The connection to cams:8765 failed: Something odd"),
        ("", "The connection to cams:8765 failed"),
    ],
)
def test_a_failure_names_the_server_and_what_to_do(text: str, reason: str) -> None:
    assert explain(text).reason.startswith(reason)


def test_what_a_server_says_is_bounded_and_plain() -> None:
    reason = explain("Invalid status \u202e line: " + "x" * 5000).reason
    assert len(reason) < 300
    assert "\u202e" not in reason


def test_tls_to_a_server_without_it() -> None:
    said = "Error during SSL handshake: error:0A00010B:SSL routines::wrong version number"
    failure = explain(said, tls_problem="")
    assert failure.patient
    assert failure.reason == "cams:8765 does not use TLS: use ws:// (or http://) instead"


def test_tls_names_the_problem_and_the_way_out() -> None:
    failure = explain("handshake failed.", tls_problem="")
    assert failure.patient
    assert failure.reason == "TLS with cams:8765 failed: handshake failed"
    known = explain("x", tls_problem="The certificate is self-signed")
    assert known.kind == "certificate"
    assert "(The certificate is self-signed): check and trust it" in known.reason


def test_in_the_language_of_the_person() -> None:
    failure = explain_failure("Connection refused", ADDRESS, Texts("ko"))
    assert failure.reason.startswith("cams:8765에서 연결을 거부했습니다")
