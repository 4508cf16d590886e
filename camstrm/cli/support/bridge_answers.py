"""What a bridge that runs on this machine says of itself: health, status and metrics."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping

from camstrm.cli.own_bridge import own_address, own_tls, own_token
from camstrm.config import BridgeSettings

__all__ = ["bridge_answers"]

_TIMEOUT_S = 5.0
_MAX_ANSWER = 8 * 1024 * 1024
"""For one answer: seconds without a byte of it, and bytes that are kept of it."""

_ASKED = (
    ("healthz.json", "/healthz", "health of the running bridge"),
    ("readyz.json", "/readyz", "whether the running bridge has pictures"),
    ("status.json", "/api/status", "cameras and viewers of the running bridge"),
    ("metrics.txt", "/metrics", "counters of the running bridge"),
)


def bridge_answers(
    bridge: BridgeSettings, environ: Mapping[str, str], token: str | None = None
) -> Iterator[tuple[str, str, str]]:
    """Yield file name, description and text of each answer; one sentence where none runs."""
    token = token or own_token(bridge, environ)
    for name, path, what in _ASKED:
        try:
            text = _get(bridge, path, token)
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            yield (
                "status.txt",
                "why the bridge was not asked",
                (
                    f"No bridge answers on port {bridge.port} of this machine: {why}. If it has "
                    "another port, give its configuration: camstrm support --config FILE\n"
                ),
            )
            return
        yield name, what, text


def _get(bridge: BridgeSettings, path: str, token: str | None) -> str:
    """Return the answer; proxies are not asked: it is this machine's."""
    host = own_address(bridge.host)
    tls = own_tls(bridge)
    if tls is None:
        connection = http.client.HTTPConnection(host, bridge.port, timeout=_TIMEOUT_S)
    else:
        connection = http.client.HTTPSConnection(host, bridge.port, timeout=_TIMEOUT_S, context=tls)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read(_MAX_ANSWER).decode("utf-8", "backslashreplace")
    finally:
        connection.close()
    if answer.status == http.client.OK:
        return body
    hint = ""
    if answer.status == http.client.UNAUTHORIZED:
        hint = "This user cannot read the bridge's token: run it as the user of the bridge.\n"
    return f"{path} was answered with {answer.status} {answer.reason}\n{hint}{body[:2000]}\n"
