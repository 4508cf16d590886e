from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from camstrm.bridge import app as app_module
from camstrm.bridge.app import BridgeAddresses, run_bridge, viewer_urls
from camstrm.config import BridgeSettings
from camstrm.errors import (
    AddressInUseError,
    CamstrmError,
    ConfigError,
    SocketPathError,
    UsageError,
)
from tests.fakes.bridge.running_bridge import (
    TOKEN,
    connected_viewer,
    raw_connection,
    raw_viewer,
    running_bridge,
)
from tests.fakes.grabber.fake_grabber import FakeGrabber, FakeGrabberThread


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def refusal(tmp_path: Path, **settings: Any) -> CamstrmError:
    with pytest.raises(CamstrmError) as caught:
        async with running_bridge(tmp_path, **settings):
            pass
    assert names(tmp_path) <= {"token", "control-token", "cert.pem", "key.pem", "b.sock"}
    return caught.value


async def test_port_in_use_names_this_process(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        error = await refusal(tmp_path, port=port)
    assert isinstance(error, AddressInUseError)
    assert f"port {port} on 127.0.0.1 is in use by " in str(error)
    assert f"(pid {os.getpid()})" in str(error)


async def test_foreign_address(tmp_path: Path) -> None:
    error = await refusal(tmp_path, host="192.0.2.77")
    assert isinstance(error, UsageError)
    assert "192.0.2.77" in str(error)
    assert "is not an address of this machine" in str(error)


async def test_host_that_is_no_name(tmp_path: Path) -> None:
    error = await refusal(tmp_path, host="no such host")
    assert isinstance(error, UsageError)
    assert "host 'no such host' cannot be resolved" in str(error)


async def test_socket_path_that_cannot_be_used_frees_the_port(tmp_path: Path) -> None:
    (tmp_path / "b.sock").write_text("precious")
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    error = await refusal(tmp_path, port=port)
    assert isinstance(error, SocketPathError)
    with socket.create_server(("127.0.0.1", port)):
        pass


async def test_wrong_token_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short")
    assert isinstance(await refusal(tmp_path, auth=True), ConfigError)


async def test_second_bridge_on_the_same_socket(tmp_path: Path) -> None:
    async with running_bridge(tmp_path):
        with pytest.raises(SocketPathError, match="another bridge"):
            async with running_bridge(tmp_path):
                pass


async def test_localhost_is_both_families(tmp_path: Path) -> None:
    async with running_bridge(tmp_path, host="localhost") as bridge:
        port = bridge.addresses.port
        for host in ("127.0.0.1", *(["[::1]"] if _has_ipv6() else [])):
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://{host}:{port}/healthz") as answer,
            ):
                assert answer.status == 200


async def test_bound_socket_is_used_and_closed(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    ready: asyncio.Queue[BridgeAddresses] = asyncio.Queue()
    stop = asyncio.Event()
    task = asyncio.create_task(
        run_bridge(
            BridgeSettings(host="127.0.0.1", auth=False),
            str(tmp_path / "b.sock"),
            ready=ready.put_nowait,
            stop=stop,
            environ={},
            listen=[listener],
        )
    )
    port = listener.getsockname()[1]
    assert (await asyncio.wait_for(ready.get(), 30)).port == port
    stop.set()
    await asyncio.wait_for(task, 30)
    assert listener.fileno() == -1


async def test_end_with_all_kinds_of_clients_leaves_nothing(tmp_path: Path) -> None:
    tasks = asyncio.all_tasks()
    async with (
        aiohttp.ClientSession() as session,
        running_bridge(tmp_path, max_clients_per_address=64) as bridge,
        FakeGrabber(bridge.socket_path, padding=1_000_000) as grabber,
        raw_viewer(bridge),
        connected_viewer(bridge.url) as viewer,
    ):
        idle = await asyncio.open_connection("127.0.0.1", bridge.addresses.port)
        stuck_picture = await raw_connection(bridge, "/cam/left.mjpg")
        await grabber.until_demand(lambda d: d.cameras is None)
        waiting = asyncio.create_task(
            session.get(f"{bridge.url}cam/right.jpg", timeout=aiohttp.ClientTimeout(30))
        )
        many = [await session.ws_connect(bridge.url) for _ in range(20)]
        await grabber.send_bundle()
        await viewer.bundle()
        goodbye = asyncio.create_task(viewer.close_code())
        bridge.stop.set()
        done, _ = await asyncio.wait({bridge.task}, timeout=30)
        assert done, "far below the 60 s of aiohttp's own"
        assert await goodbye == aiohttp.WSCloseCode.GOING_AWAY
        for one in many:
            await one.close()
        await asyncio.wait({waiting}, timeout=30)
        if not waiting.exception():
            waiting.result().close()
        for _, writer in (idle, stuck_picture):
            writer.transport.abort()
        await grabber.wait_closed()
    assert names(tmp_path) == {"token", "control-token"}
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == tasks


async def test_streaming_grabber_in_a_thread(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge:
        with FakeGrabberThread(FakeGrabber(bridge.socket_path, ("a",), fps=100)):
            async with connected_viewer(bridge.url) as viewer:
                for _ in range(5):
                    await viewer.bundle(lambda b: len(b.frames[0].payload) > 0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    try:
        subprocess.run(
            [*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("needs openssl")
    return cert, key


async def test_tls(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    trusted = ssl.create_default_context(cafile=str(cert))
    async with (
        running_bridge(
            tmp_path, auth=True, tls_cert=str(cert), tls_key=str(key), send_timeout_s=0.4
        ) as bridge,
        FakeGrabber(bridge.socket_path, padding=100_000) as grabber,
    ):
        assert bridge.url.startswith("https://")
        assert viewer_urls(bridge.addresses, TOKEN) == [f"{bridge.url}?token={TOKEN}"]
        headers = {"Authorization": f"Bearer {TOKEN}", "Origin": bridge.url.rstrip("/")}
        async with connected_viewer(bridge.url, ssl=trusted, headers=headers) as viewer:
            await grabber.until_demand(lambda d: d.cameras is None)
            for _ in range(10):
                sent = await grabber.send_bundle()
                assert (await viewer.bundle()).seq == sent.seq
        async with aiohttp.ClientSession() as session:
            target = f"{bridge.url}?token={TOKEN}"
            async with session.get(target, ssl=trusted, allow_redirects=False) as answer:
                assert answer.status == 303
                assert "Secure" in answer.headers["Set-Cookie"]
        reader, writer = await raw_connection(bridge, "/")
        with_plain_http = asyncio.wait_for(reader.read(), 30)
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP" not in await with_plain_http
        writer.transport.abort()


async def test_stuck_client_is_removed_under_tls(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    cert, key = certificate
    trusted = ssl.create_default_context(cafile=str(cert))
    async with (
        running_bridge(
            tmp_path, tls_cert=str(cert), tls_key=str(key), send_timeout_s=0.4
        ) as bridge,
        FakeGrabber(bridge.socket_path, padding=3_000_000) as grabber,
        connected_viewer(bridge.url, ssl=trusted) as stuck,
    ):
        await grabber.until_demand(lambda d: d.cameras is None)
        connection = stuck.socket._response.connection
        assert connection is not None
        transport = connection.transport
        assert transport is not None
        transport.pause_reading()
        for _ in range(3):
            await grabber.send_bundle()
        await grabber.until_demand(lambda d: d.cameras == ())
        transport.abort()


async def test_certificate_that_cannot_be_used(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    cert, key = certificate
    missing = await refusal(tmp_path, tls_cert=str(tmp_path / "none.pem"))
    assert isinstance(missing, ConfigError)
    assert "none.pem: bridge.tls_cert" in str(missing)
    (tmp_path / "cert.pem").write_text("no certificate")
    wrong = await refusal(tmp_path, tls_cert=str(tmp_path / "cert.pem"), tls_key=str(key))
    assert isinstance(wrong, ConfigError)
    assert "no PEM certificate" in str(wrong)
    swapped = await refusal(tmp_path, tls_cert=str(cert), tls_key=str(cert))
    assert isinstance(swapped, ConfigError)


@pytest.mark.parametrize(
    ("host", "urls"),
    [
        ("192.0.2.1", ["http://192.0.2.1:8765/?token=T"]),
        ("camserver", ["http://camserver:8765/?token=T"]),
        ("::1", ["http://[::1]:8765/?token=T"]),
        (
            "0.0.0.0",
            [
                f"http://{socket.gethostname()}:8765/?token=T",
                "http://192.168.1.5:8765/?token=T",
                "http://10.0.0.7:8765/?token=T",
            ],
        ),
        (
            "::",
            [
                f"http://{socket.gethostname()}:8765/?token=T",
                "http://192.168.1.5:8765/?token=T",
                "http://10.0.0.7:8765/?token=T",
                "http://[fd00::2]:8765/?token=T",
            ],
        ),
        ("127.0.0.1", ["http://127.0.0.1:8765/?token=T"]),
        ("localhost", ["http://localhost:8765/?token=T"]),
    ],
)
def test_urls(host: str, urls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def own(*, ipv6: bool) -> list[str]:
        return ["192.168.1.5", "10.0.0.7", *(["fd00::2"] if ipv6 else [])]

    monkeypatch.setattr(app_module, "own_addresses", own)
    addresses = BridgeAddresses(host, 8765, tls=False, token="T", socket_path="s")
    assert viewer_urls(addresses, "T") == urls


def test_urls_of_a_machine_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "own_addresses", lambda **_: [])
    addresses = BridgeAddresses("0.0.0.0", 1, tls=False, token=None, socket_path="s")
    assert viewer_urls(addresses, None) == [
        f"http://{socket.gethostname()}:1/",
        "http://127.0.0.1:1/",
    ]


def test_url_without_token() -> None:
    addresses = BridgeAddresses("h", 1, tls=True, token=None, socket_path="s")
    assert viewer_urls(addresses, None) == ["https://h:1/"]


def test_import_brings_no_camera_code() -> None:
    code = (
        "import sys, camstrm.bridge.app; "
        "bad = {'numpy', 'cv2', 'harvesters', 'genicam', 'simplejpeg', 'PySide6'}; "
        "bad &= set(sys.modules); "
        "sys.exit(str(bad) if bad else 0)"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False
