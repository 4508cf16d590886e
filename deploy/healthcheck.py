#!/usr/bin/env python3
"""Ask the bridge of this container how it is: exit code 0 if it answers, 1 if not.

It asks at the bridge's own socket for health checks, which strangers on the network cannot
keep busy; nothing but this file and Python's socket module is loaded, since it runs each 10 s.
A bridge that could make no such socket is asked at its port, as viewers do.
"""

import os
import socket
import sys

SUFFIX = ".health"
"""How the name of a bridge's socket for health checks ends."""

DEFAULT_CONFIG = "/etc/camstrm/camstrm.toml"
TIMEOUT_S = 4.0
MAX_ANSWER = 4096


def places(table: str = "/proc/net/unix") -> list[str]:
    """Return the sockets that bridges listen on here.

    The kernel's list has those of the whole network namespace, which may be the host's; what
    is not in this container's own files is none of ours.
    """
    # Names of others' sockets are any bytes.
    with open(table, errors="surrogateescape") as lines:
        paths = {line.rstrip("\n").split(" ")[-1] for line in lines}
    return sorted(path for path in paths if path.endswith(SUFFIX) and os.path.exists(path))


def ask(path: str) -> tuple[int, str]:
    """Return status and text of ``/healthz``; OSError or ValueError if that is no answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(TIMEOUT_S)
        sock.connect(path)
        sock.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        answer = b""
        while len(answer) < MAX_ANSWER and (more := sock.recv(MAX_ANSWER)):
            answer += more
    head, _, text = answer.decode("utf-8", "replace").partition("\r\n\r\n")
    return int(head.split(" ", 2)[1]), text


def ask_port() -> tuple[int, str]:
    """Return the same from the port of the configuration that entrypoint.sh starts with."""
    # Late: these load a hundred modules.
    import http.client
    import ssl

    from camstrm.config import Config, load_config

    path = os.environ.get("CAMSTRM_CONFIG") or DEFAULT_CONFIG
    bridge = (load_config(path) if os.path.exists(path) else Config()).bridge
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bridge.host, bridge.host)
    connection = http.client.HTTPConnection(host, bridge.port, timeout=TIMEOUT_S)
    if bridge.tls_cert:
        # What answers on this container's own port is the bridge.
        trusting = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(
            host, bridge.port, timeout=TIMEOUT_S, context=trusting
        )
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        return response.status, response.read(MAX_ANSWER).decode("utf-8", "replace")
    except http.client.HTTPException as error:
        raise ValueError(repr(error)) from None
    finally:
        connection.close()


def main(table: str = "/proc/net/unix") -> int:
    """Print what the bridge says, for ``docker inspect``, and return the exit code."""
    asked = [(path, ask, (path,)) for path in places(table)] or [("the port", ask_port, ())]
    problem = ""
    for place, question, arguments in asked:
        try:
            status, text = question(*arguments)
        except (OSError, ValueError, IndexError) as error:
            problem = f"no answer at {place}: {error}"
            continue
        except Exception as error:  # of the configuration: camstrm's own errors
            problem = str(error)
            continue
        sys.stdout.write(f"{status} {text}\n")
        return 0 if status == 200 else 1
    sys.stdout.write(f"{problem}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
