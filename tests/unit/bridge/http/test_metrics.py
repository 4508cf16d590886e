from __future__ import annotations

import re
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from camstrm.bridge.http.camera_metrics import CAMERA_COUNTERS
from camstrm.camera_state import COUNTERS
from camstrm.wire import FROM_VIEWER, Ack, Call, Reply, Status
from tests.fakes.bridge.running_bridge import (
    TOKEN,
    RunningBridge,
    connected_viewer,
    running_bridge,
)
from tests.fakes.grabber.fake_grabber import FakeGrabber


async def samples(bridge: RunningBridge, headers: dict[str, str] | None = None) -> dict[str, float]:
    async with (
        aiohttp.ClientSession(bridge.url, headers=headers) as session,
        session.get("/metrics") as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = await answer.text()
    return {
        sample.name
        + "".join(f"|{value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_counters(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge:
        assert (await samples(bridge))["camstrm_input_up"] == 0
        async with (
            FakeGrabber(bridge.socket_path, ("left", "right")) as grabber,
            connected_viewer(bridge.url) as viewer,
        ):
            await grabber.send_status()
            sent = await grabber.send_bundle()
            await viewer.bundle()
            await viewer.send(FROM_VIEWER.encode(Ack(sent.seq)).decode())
            await viewer.control(lambda m: isinstance(m, Status) and m.bundles == 1)
            found = await samples(bridge)
        assert found["camstrm_input_up"] == 1
        assert found["camstrm_grabbers_connected_total"] == 1
        assert found["camstrm_bundles_received_total"] == 1
        assert found["camstrm_bundles_received_bytes_total"] == sent.size
        assert found["camstrm_bundle_age_seconds_count"] == 1
        assert found["camstrm_bundles_sent_total"] == 1
        assert found["camstrm_bundles_sent_bytes_total"] == sent.size
        assert found["camstrm_viewer_round_trip_seconds_count"] == 1
        assert found["camstrm_bundles_skipped_total|slow link"] == 0
        assert found["camstrm_viewers|websocket"] == 1
        assert found["camstrm_viewers|mjpeg"] == 0
        assert [found[f"camstrm_viewer_windows|{n}"] for n in (1, 2, 3, 4)] == [1, 0, 0, 0]
        assert found["camstrm_camera_state|right"] == 2
        assert found["camstrm_camera_healthy|right"] == 1
        assert found["camstrm_camera_frame_rate_hertz|left"] == 400
        assert found["camstrm_camera_received_age_seconds_count|left"] == 1
        assert found["camstrm_camera_received_age_seconds_bucket|left|+Inf"] == 1
        for name in COUNTERS:
            metric = CAMERA_COUNTERS[name][0]
            assert f"camstrm_camera_{metric}_total|left" in found, name
        assert found["process_open_fds"] > 0


async def test_requests_and_tokens_are_counted_and_make_up_no_metrics(tmp_path: Path) -> None:
    async with (
        running_bridge(tmp_path, auth=True) as bridge,
        aiohttp.ClientSession(bridge.url) as session,
    ):
        wrong = {"Authorization": "Bearer no"}
        right = {"Authorization": f"Bearer {TOKEN}"}
        cookie = {"Cookie": f"camstrm_{bridge.addresses.port}=no"}
        for headers in (wrong, cookie, {}):
            async with session.get("/api/status", headers=headers) as answer:
                assert answer.status == 401
        for n in range(30):
            async with session.get(f"/made-up-{n}", headers=right) as answer:
                assert answer.status == 404
        found = await samples(bridge, right)
    assert found["camstrm_auth_failures_total|wrong"] == 2
    assert found["camstrm_auth_failures_total|missing"] == 1
    assert found["camstrm_http_responses_total|401|/api/status"] == 3
    assert found["camstrm_http_responses_total|404|other"] == 30
    assert not any("made-up" in name for name in found)


async def test_calls_and_what_control_refused_are_counted(tmp_path: Path) -> None:
    async with (
        running_bridge(tmp_path) as bridge,
        FakeGrabber(bridge.socket_path, ("left",)),
        connected_viewer(bridge.url) as viewer,
    ):
        await viewer.control(lambda m: getattr(m, "input", "") == "ok")
        for n, do in enumerate(("set", "shares", "made up", "made up 2")):
            await viewer.send(FROM_VIEWER.encode(Call(n, 0, do)).decode())
            await viewer.control(lambda m: isinstance(m, Reply))
        found = await samples(bridge)
    assert found["camstrm_calls_total|set|refused"] == 1
    assert found["camstrm_calls_total|unknown|refused"] == 2
    assert found["camstrm_control_refusals_total|refused"] == 4
    assert not any("made up" in name for name in found)


async def test_names_follow_the_conventions_of_prometheus(tmp_path: Path) -> None:
    """Base units, ``_total`` at counters alone, a HELP of each; see prometheus.io, Naming."""
    async with (
        running_bridge(tmp_path) as bridge,
        aiohttp.ClientSession(bridge.url) as session,
        session.get("/metrics") as answer,
    ):
        families = list(text_string_to_metric_families(await answer.text()))
    assert len(families) > 50
    for family in families:
        assert family.documentation, family.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", family.name)
        assert not re.search(r"_(ms|us|milli\w*|kb|mb|fps|count|percent)$", family.name)
        if family.name.startswith("camstrm_"):
            assert not family.name.endswith("_total")  # the parser takes it off counters


async def test_two_bridges_in_one_process_do_not_mix(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with (
        running_bridge(tmp_path / "a") as one,
        running_bridge(tmp_path / "b") as other,
        FakeGrabber(one.socket_path),
        connected_viewer(one.url) as viewer,
    ):
        await viewer.control(lambda m: getattr(m, "input", "") == "ok")
        assert (await samples(one))["camstrm_input_up"] == 1
        assert (await samples(other))["camstrm_input_up"] == 0
