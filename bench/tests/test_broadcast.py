"""Clients and servers of the broadcast: every set in order, by counts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.broadcast.client_protocols import PROTOCOLS
from bench.broadcast.clients import Client, read_all, read_throttled
from bench.broadcast.fed_bridge import FedBridge
from bench.broadcast.load_clients import run_load, summary
from bench.broadcast.picture_set import write_picture_set
from bench.broadcast.running_server import running_floor
from bench.native import NoCompilerError
from bench.peers.interpreter import peers_python
from bench.peers.running_peer import RunningPeer

FPS = 30.0

PEERS = [
    ("foxglove", "foxglove", {"backlog": 3}),
    ("camera_stream", "camera_stream", {}),
    ("imagezmq", "imagezmq", {}),
    ("websockets", "websocket", {"way": "broadcast"}),
    ("websockets", "websocket", {"way": "latest"}),
    ("picows", "websocket", {}),
]


@pytest.fixture(scope="module")
def jpegs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jpegs")
    write_picture_set(folder)
    return folder


@pytest.fixture(scope="module")
def bridge(jpegs: Path) -> Iterator[FedBridge]:
    with FedBridge(jpegs, fps=FPS) as bridge:
        yield bridge


@pytest.mark.parametrize("protocol", ["camstrm", "camstrm deflate", "websocket"])
def test_bridge_sends_all_clients_every_set_in_order(bridge: FedBridge, protocol: str) -> None:
    clients = [Client(protocol, bridge.port) for _ in range(3)]
    try:
        received = read_all(clients, 1.0)
        skipped = sum(viewer["skipped"] for viewer in bridge.status()["viewers"])
    finally:
        for client in clients:
            client.close()
    load = summary(received, 1, 1.0)
    assert (load.misordered, load.silent) == (0, 0)
    assert sum(load.gaps) <= skipped
    assert load.sets > 3
    assert {r.size for row in received for r in row} == {received[0][0].size}
    assert all(r.received_ns > r.sent_ns for row in received for r in row)


def test_bridge_knows_which_clients_acknowledge(bridge: FedBridge) -> None:
    clients = [Client(name, bridge.port) for name in ("camstrm", "websocket")]
    try:
        read_all(clients, 0.5)
        time.sleep(0.3)  # nobody reads: those under way to the first stay unacknowledged
        viewers = bridge.status()["viewers"]
    finally:
        for client in clients:
            client.close()
    assert viewers[-2]["in_flight"] > 0
    assert viewers[-1]["in_flight"] == 0


def test_throttled_client_reads_no_faster_than_told(bridge: FedBridge) -> None:
    client = Client("camstrm", bridge.port)
    try:
        begin, begin_s = client.bytes_read, time.monotonic()
        read_throttled(client, 1_000_000, 1.0)
        spent = time.monotonic() - begin_s
        assert 0 < client.bytes_read - begin <= 1_000_000 * (spent + 0.02)
    finally:
        client.close()


def test_load_tells_why_its_clients_failed() -> None:
    with pytest.raises(RuntimeError, match="2 clients: ConnectionRefusedError"):
        run_load("websocket", 1, 2, 0.1, begin=lambda: None, end=lambda: None)


def test_floor_sends_all_clients_every_set_in_order(jpegs: Path) -> None:
    try:
        floor = running_floor(jpegs, fps=FPS)
    except NoCompilerError as error:
        pytest.skip(str(error))
    with floor:
        protocols = ("websocket", "websocket acks")
        clients = [Client(protocol, floor.port) for protocol in protocols]
        try:
            load = summary(read_all(clients, 0.5), 1, 0.5)
        finally:
            for client in clients:
                client.close()
    assert (load.misordered, load.silent) == (0, 0)
    assert load.sets > 2


@pytest.mark.skipif(peers_python() is None, reason="the peers are not installed")
@pytest.mark.parametrize(("name", "protocol", "knobs"), PEERS)
def test_peer_sends_whole_sets_in_order(
    jpegs: Path, name: str, protocol: str, knobs: dict[str, object]
) -> None:
    with RunningPeer(name, jpegs, fps=FPS, **knobs) as peer:
        client = Client(protocol, peer.port)
        try:
            (received,) = read_all([client], 0.7)
        finally:
            client.close()
    load = summary([received], PROTOCOLS[protocol].messages, 0.7)
    assert load.misordered == 0
    assert load.sets > 2


def test_peer_that_does_not_start_says_why(jpegs: Path) -> None:
    if peers_python() is None:
        pytest.skip("the peers are not installed")
    with (
        pytest.raises(RuntimeError, match="unrecognized arguments"),
        RunningPeer("picows", jpegs, knob="unknown"),
    ):
        pass
