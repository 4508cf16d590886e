"""Why a connection could not be made, as a sentence with what to do. No Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from camstrm.client.address import ServerAddress
from camstrm.viewing.plain_text import plain_text
from camstrm.viewing.texts import Texts

__all__ = ["Failure", "explain_failure"]

Kind = Literal["token", "certificate", "address", "other"]

_LONGEST_WORDS = 200
"""Characters of what a library said; a server can put a page of text there."""


@dataclass(frozen=True)
class Failure:
    """Why an attempt failed.

    ``patient``: trying again soon is of no use, somebody has to change something first.
    ``kind``: what that is: the token, whether the certificate is trusted, or the address.
    """

    reason: str
    patient: bool = False
    kind: Kind = "other"


def explain_failure(
    text: str, address: ServerAddress, texts: Texts, *, tls_problem: str | None = None
) -> Failure:
    """Explain what Qt says (``text``) about a failed attempt to reach ``address``.

    ``tls_problem`` is not None when the failure is one of TLS ("": Qt says no more than
    ``text``).
    """
    said = plain_text(text.strip().rstrip("."), _LONGEST_WORDS)
    server, say, small = address.label, texts.say, said.lower()
    if tls_problem is not None:
        problem = tls_problem.rstrip(".") or said
        # What OpenSSL says to an answer that is no TLS at all.
        if "wrong version number" in f"{problem} {said}".lower():
            return Failure(say("connect.fail.no_tls", server=server), patient=True, kind="address")
        key = "certificate" if tls_problem else "tls"
        reason = say(f"connect.fail.{key}", server=server, problem=problem)
        return Failure(reason, patient=True, kind="certificate" if tls_problem else "other")
    status = _http_status(said)
    if status in (401, 403):
        key = "token_wrong" if address.token else "token_needed"
        return Failure(say(f"connect.fail.{key}", server=server), patient=True, kind="token")
    if status:
        return Failure(say("connect.fail.http", server=server, status=status), kind="address")
    if "proxy" in small:
        return Failure(say("connect.fail.proxy", server=server, problem=said), patient=True)
    if "refused" in small:
        return Failure(say("connect.fail.refused", server=server), kind="address")
    if "host not found" in small:
        return Failure(say("connect.fail.no_host", host=address.host), kind="address")
    if "unreachable" in small or "timed out" in small or "no route" in small:
        return Failure(say("connect.fail.unreachable", server=server, problem=said))
    if said:
        return Failure(say("connect.fail.other", server=server, problem=said))
    return Failure(say("connect.fail.unknown", server=server))


def _http_status(said: str) -> int:
    # QWebSocket has the status only in its text, and since Qt 6.6 answers a 401 with its
    # own opinion on the challenge instead.
    found = re.search(r"status code: (\d{3})", said)
    if found is not None:
        return int(found.group(1))
    return 401 if re.search("WWW-Authenticate|requires authentication", said) else 0
