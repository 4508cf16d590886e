from __future__ import annotations

from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from camstrm.wire import FROM_VIEWER, Ack, Status
from tests.fakes.bridge.running_bridge import RunningBridge, connected_viewer, running_bridge
from tests.fakes.grabber.fake_grabber import FakeGrabber


async def samples(bridge: RunningBridge) -> dict[str, float]:
    async with aiohttp.ClientSession(bridge.url) as session, session.get("/metrics") as answer:
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
        assert found["camstrm_grabbers_total"] == 1
        assert found["camstrm_bundles_received_total"] == 1
        assert found["camstrm_bundle_bytes_received_total"] == sent.size
        assert found["camstrm_bundles_sent_total"] == 1
        assert found["camstrm_bundle_bytes_sent_total"] == sent.size
        assert found["camstrm_bundles_skipped_total|slow link"] == 0
        assert found["camstrm_viewers|websocket"] == 1
        assert found["camstrm_viewers|mjpeg"] == 0
        assert [found[f"camstrm_credit_windows|{n}"] for n in (1, 2, 3, 4)] == [1, 0, 0, 0]
        assert found["camstrm_camera_state|right"] == 2
        assert found["camstrm_camera_grab_fps|left"] == 400
        assert "camstrm_camera_events_total|left|delivered" in found
        assert found["process_open_fds"] > 0


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
