"""A viewer behind a path that swallows everything: when does the bridge let it go?

Two ways: the firewall of the viewer's machine drops all packets (as does a switch that lost power
on its far side), or the link is down at the viewer. Nobody sends an end of the connection.
Needs root and network namespaces; nft for the first way.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.broadcast.picture_set import write_picture_set
from bench.child_process import ROOT, ended_with_input
from bench.network.links import Link, NoNetworkError, in_namespace, limited_links
from bench.network.namespaced import bridge_in
from bench.report import Findings, Row

__all__ = ["run"]

_GONE_S = 6.0
_GIVEN_UP_S = 40.0
_LOOK_S = 0.05
_WATCHED_S = 2.0
_RATE = "1000mbit"


def run(*, short: bool) -> Findings:
    """Return how long the bridge keeps a viewer that is not reached any more."""
    ways: dict[str, Callable[[Link], None]] = {"link down": _link_down}
    if shutil.which("nft") is not None:
        ways["all packets dropped"] = _drop_all
    found = Findings()
    try:
        with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
            write_picture_set(Path(folder))
            for name, cut in ways.items():
                gone_s = _cut(Path(folder), cut)
                what = f"{name}: the viewer is removed after"
                found.rows.append(Row.at_most(what, gone_s, "s", _GONE_S))
    except NoNetworkError as error:
        found.rows.append(Row("black hole: not measured", 0.0, "", note=str(error)))
    if len(ways) == 1:
        found.rows.append(Row("all packets dropped: not measured", 0.0, "", note="no nft here"))
    return found


def _cut(jpegs: Path, cut: Callable[[Link], None]) -> float:
    with (
        limited_links({"hole": _RATE}) as (server, links),
        bridge_in(server, jpegs) as port,
        _watched(links["hole"], port),
        _asked(server, port) as viewers,
    ):
        _wait_for(viewers, 1)
        time.sleep(_WATCHED_S)
        cut(links["hole"])
        begin_s = time.monotonic()
        _wait_for(viewers, 0)
        return time.monotonic() - begin_s


def _wait_for(viewers: Callable[[], int], wanted: int) -> None:
    end_s = time.monotonic() + _GIVEN_UP_S
    while viewers() != wanted:
        if time.monotonic() > end_s:
            raise RuntimeError(f"the bridge has not {wanted} viewers after {_GIVEN_UP_S:g} s")
        time.sleep(_LOOK_S)


@contextlib.contextmanager
def _watched(link: Link, port: int) -> Iterator[None]:
    """Run a viewer at the far end, which is never asked for what it received."""
    command = (
        *(sys.executable, "-m", "bench.network.namespaced", "viewer"),
        *("camstrm", link.address, str(port), "600"),
    )
    process = subprocess.Popen(
        in_namespace(link.namespace, *command),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _asked(server: str, port: int) -> Iterator[Callable[[], int]]:
    """Yield what says how many viewers the bridge has, asked from within its namespace."""
    command = (sys.executable, "-m", "bench.outages.black_hole", str(port))
    with ended_with_input(in_namespace(server, *command), stdout=subprocess.PIPE) as process:

        def viewers() -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield viewers


def _link_down(link: Link) -> None:
    listed = _output("ip", "-n", link.namespace, "-json", "link", "show")
    device = next(d["ifname"] for d in json.loads(listed) if d["ifname"] != "lo")
    _output("ip", "-n", link.namespace, "link", "set", device, "down")


def _drop_all(link: Link) -> None:
    rules = (
        "table ip hole { chain input { type filter hook input priority 0; policy drop; }; "
        "chain output { type filter hook output priority 0; policy drop; }; }"
    )
    _output(*in_namespace(link.namespace, "nft", rules))


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except subprocess.CalledProcessError as error:
        raise NoNetworkError(f"{' '.join(command)}: {error.stderr.strip()}") from error


def _answer(port: int) -> None:
    """Print the number of viewers for each line of standard input."""
    url = f"http://127.0.0.1:{port}/api/status"
    for _ in sys.stdin:
        with urllib.request.urlopen(url, timeout=10) as answer:
            print(len(json.load(answer)["viewers"]), flush=True)


if __name__ == "__main__":
    _answer(int(sys.argv[1]))
