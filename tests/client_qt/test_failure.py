from __future__ import annotations

import pytest

from client_qt.model.failure import Failure, explain_failure


@pytest.mark.parametrize(
    "text",
    [
        "QWebSocketPrivate::processHandshake: Unhandled http status code: 401 (Unauthorized).",
        "QWebSocketPrivate::processHandshake: Unsupported WWW-Authenticate challenge encountered",
        "QWebSocket::processHandshake: Host requires authentication",
    ],
)
def test_401_in_the_words_of_old_and_new_qt(text: str) -> None:
    failure = explain_failure(text, "s:1")
    assert failure.patient
    assert failure.reason.startswith("token needed (HTTP 401)")
    refused = explain_failure(text, "s:1", has_token=True)
    assert refused.reason.startswith("the server does not accept this token")


def test_other_statuses_and_plain_failures() -> None:
    assert "s:1 answered HTTP 502" in explain_failure("status code: 502 (x).", "s:1").reason
    assert "is the server running?" in explain_failure("Connection refused", "s:1").reason
    assert explain_failure("Host not found.", "s:1") == Failure(
        "there is no host of the name in s:1: use its IP address instead"
    )
    assert explain_failure("Timed out.", "s:1").reason == "s:1: Timed out"
    assert explain_failure("", "s:1").reason == "the connection to s:1 failed"


def test_tls_to_a_server_without_it() -> None:
    said = "Error during SSL handshake: error:0A00010B:SSL routines::wrong version number"
    failure = explain_failure(said, "s:1", tls_problem="")
    assert failure.patient
    assert failure.reason.startswith("s:1 does not use TLS: use an address that begins with ws://")
    assert "certificate" not in failure.reason


def test_tls_names_the_problem_and_the_way_out() -> None:
    failure = explain_failure("handshake failed.", "s:1", tls_problem="")
    assert failure.patient
    assert failure.reason.startswith("TLS: handshake failed. ")
    known = explain_failure("x", "s:1", tls_problem="The certificate is self-signed")
    assert known.reason.startswith("TLS: The certificate is self-signed. ")
