"""Two people change one camera: lease, refusals, a killed browser, and the audit file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from camstrm.bridge.control.gate import CHANGING
from camstrm.wire import CameraLease, Leases, Reply, Status, unpack
from tests.fakes.bridge.running_bridge import TestViewer, connected_viewer
from tests.fakes.grabber.answering_grabber import answering_grabber
from tests.fakes.running_system import RunningSystem


async def camstrm(system: RunningSystem, *words: str) -> str:
    """Run a command with the bridge's configuration; return what it printed."""

    def run() -> str:
        return subprocess.run(
            [sys.executable, "-m", "camstrm", *words, "--config", str(system.config)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.strip()

    return await asyncio.to_thread(run)


@contextlib.asynccontextmanager
async def person(system: RunningSystem, token: str) -> AsyncIterator[TestViewer]:
    """Connect with a token, as soon as the bridge is there and knows it."""
    while True:
        try:
            async with connected_viewer(
                system.url + "/", headers={"Authorization": f"Bearer {token}"}
            ) as viewer:
                yield viewer
                return
        except (aiohttp.WSServerHandshakeError, aiohttp.ClientConnectionError):
            await asyncio.sleep(0.05)


def lease(reply: Reply) -> CameraLease:
    assert reply.ok, reply
    return unpack(reply.result, CameraLease, "lease")


async def hears(viewer: TestViewer, holder: str, asked_by: str = "") -> None:
    """Return when a viewer hears that this is the holder of the first camera."""

    def wanted(message: object) -> bool:
        if not isinstance(message, Leases):
            return False
        found = next((x for x in message.leases if x.camera == 0), CameraLease(0))
        return (found.holder, found.asked_by) == (holder, asked_by)

    await viewer.control(wanted)


async def test_two_people_at_one_camera(tmp_path: Path) -> None:
    system = RunningSystem(tmp_path, "")
    bridge = system.start_bridge()
    try:
        anna_token = await camstrm(system, "token", "add", "Anna", "--role", "control")
        bob_token = await camstrm(system, "token", "add", "Bob", "--role", "control")
        async with (
            person(system, system.token) as watcher,  # the bridge is there after this
            answering_grabber(system.socket_path) as grabber,
        ):
            await watcher.control(lambda m: isinstance(m, Status) and m.input == "ok")
            async with person(system, bob_token) as bob:
                async with person(system, anna_token) as anna:
                    await story(watcher, anna, bob)
                    assert lease(await bob.ask("lease", action="pass")).holder == "Anna"
                    anna.abort()
                await hears(watcher, "")
                assert lease(await bob.ask("lease", action="take")).holder == "Bob"
                assert (await bob.ask("set", feature="Gain", value=3)).ok
                await camstrm(system, "token", "revoke", "Bob")
                assert await bob.close_code() == aiohttp.WSCloseCode.POLICY_VIOLATION
                assert bob.close_reason == "this token was revoked"
            await hears(watcher, "")
            changes = [call.do for call in grabber.seen if call.do in CHANGING]
            assert changes == ["set", "set", "set"]
        assert bridge.end() == 0
        check_audit(tmp_path / "audit.jsonl", system.token, anna_token, bob_token)
        for token in (anna_token, bob_token):
            assert token not in bridge.text
        assert "Bob (control, 127.0.0.1, viewer" in bridge.text
    finally:
        bridge.end()


async def story(watcher: TestViewer, anna: TestViewer, bob: TestViewer) -> None:
    """Let Anna change something, and Bob ask for the lease and get it."""
    refused = await anna.ask("set", feature="Gain", value=1)
    assert refused.problem == "nobody holds the lease of left"
    assert lease(await anna.ask("lease", action="take")).holder == "Anna"
    await hears(watcher, "Anna")
    assert (await anna.ask("set", feature="Gain", value=1)).ok

    refused = await bob.ask("set", feature="Gain", value=9)
    assert '"Anna" (viewer' in refused.problem
    assert 'Ask "Anna" for it' in refused.remedy
    for do in CHANGING:
        assert not (await watcher.ask(do, action="force")).ok

    assert lease(await bob.ask("lease", action="ask")).asked_by == "Bob"
    await hears(anna, "Anna", "Bob")
    assert lease(await anna.ask("lease", action="pass")).holder == "Bob"
    await hears(watcher, "Bob")
    assert not (await anna.ask("set", feature="Gain", value=5)).ok
    assert (await bob.ask("set", feature="Gain", value=2)).ok
    denied = await bob.ask("execute", feature="DeviceReset")
    assert "nobody may change DeviceReset" in denied.problem
    assert lease(await anna.ask("lease", action="ask")).asked_by == "Anna"


def check_audit(path: Path, *tokens: str) -> None:
    """Look whether every change is there, and nothing else."""
    text = path.read_text()
    assert not any(token in text for token in tokens)
    assert path.stat().st_mode & 0o777 == 0o600
    found = [json.loads(line) for line in text.splitlines()]
    assert [(r["name"], r["do"], r["feature"], r["old"], r["new"]) for r in found] == [
        ("Anna", "lease", "take", None, "Anna"),
        ("Anna", "set", "Gain", None, 1),
        ("Anna", "lease", "pass", "Anna", "Bob"),
        ("Bob", "set", "Gain", 1, 2),
        ("Bob", "lease", "pass", "Bob", "Anna"),
        ("Bob", "lease", "take", None, "Bob"),
        ("Bob", "set", "Gain", 2, 3),
    ]
    for record in found:
        assert (record["camera"], record["serial"]) == ("left", "SN0000")
        assert (record["role"], record["address"], record["result"]) == (
            "control",
            "127.0.0.1",
            "ok",
        )
