"""Why a connection could not be made, as a sentence with what to do. No Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Failure", "explain_failure"]


@dataclass(frozen=True)
class Failure:
    """``patient``: trying again soon is of no use, somebody has to change something first."""

    reason: str
    patient: bool = False


def explain_failure(
    text: str, server: str, *, has_token: bool = False, tls_problem: str | None = None
) -> Failure:
    """Explain what Qt says (``text``) about a failed attempt to reach ``server``.

    ``tls_problem`` is not None when the failure is one of TLS ("": Qt says no more than
    ``text``).
    """
    said = text.strip().rstrip(".")
    if tls_problem is not None:
        problem = tls_problem.rstrip(".") or said
        reason = f"TLS: {problem}. Install the server's certificate here, or use --insecure"
        # What OpenSSL says to an answer that is no TLS at all.
        if "wrong version number" in f"{problem} {said}".lower():
            reason = f"{server} does not use TLS: use an address that begins with ws:// or http://"
        return Failure(reason, patient=True)
    status = _http_status(said)
    if status in (401, 403):
        word = "the server does not accept this token" if has_token else "token needed"
        return Failure(
            f"{word} (HTTP {status}): open the viewer with the whole address that the server "
            "printed, token included",
            patient=True,
        )
    if status:
        return Failure(f"{server} answered HTTP {status}: no camstrm server?")
    if "refused" in said.lower():
        return Failure(f"{server} refuses the connection: is the server running?")
    if "host not found" in said.lower():
        return Failure(f"there is no host of the name in {server}: use its IP address instead")
    return Failure(f"{server}: {said}" if said else f"the connection to {server} failed")


def _http_status(said: str) -> int:
    # QWebSocket has the status only in its text, and since Qt 6.6 answers a 401 with its
    # own opinion on the challenge instead.
    found = re.search(r"status code: (\d{3})", said)
    if found is not None:
        return int(found.group(1))
    return 401 if re.search("WWW-Authenticate|requires authentication", said) else 0
