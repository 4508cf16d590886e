"""Cameras that are slow, triggered, or whose buffers say little; all in one grabber."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from camstrm.wire import CameraState, CameraStatus, FrameFlag, Status
from tests.fakes.simulated_cameras import picture_after, simulated_system, status_of
from tests.simulator.scenario import CameraSpec, Scenario

NODE_MAPS = Path(__file__).parents[1] / "vectors" / "node_maps"
SLOW, TRIGGERED, NO_SIZE, TICKS, LOSSY = range(5)
TICKS_PER_S = 125_000_000

SCENARIO = Scenario(
    (
        CameraSpec(
            "SLOW",
            frame_rate=0.25,
            xml_file=NODE_MAPS / "slow_abs.xml",
            memory_file=NODE_MAPS / "slow_abs.mem",
        ),
        CameraSpec("TRIGGERED", flavour="hikrobot"),
        CameraSpec("NO_SIZE", flavour="hikrobot", size_info=False),
        CameraSpec("TICKS", timestamps="ticks", timestamp_frequency=TICKS_PER_S),
        CameraSpec("LOSSY", bus="GEV", frame_rate=50.0),
    )
)
TABLES = {"TRIGGERED": 'features = { TriggerMode = "On", TriggerSource = "Line0" }\n'}


async def test_slow_triggered_and_terse_cameras_are_healthy(tmp_path: Path) -> None:
    system, run = simulated_system(tmp_path, SCENARIO, tables=TABLES)

    def camera(index: int, state: int, reason: str = "") -> Callable[..., bool]:
        def holds(status: Status) -> bool:
            now = status.cameras[index]
            return now.state == state and reason in now.reason

        return status_of(5, holds)

    with system, run.control("TRIGGERED") as trigger, run.control("LOSSY") as lossy:
        lossy.set(incomplete_percent=25)
        async with system.viewer() as viewer:
            # What the buffers do not say is known from the node map and the device.
            bundle = await viewer.until(picture_after(NO_SIZE, 1))
            assert bundle.frames[NO_SIZE].source_width == 640
            bundle = await viewer.until(picture_after(TICKS, 1))
            assert bundle.frames[TICKS].flags & FrameFlag.DEVICE_TIMESTAMP
            later = await viewer.until(
                picture_after(TICKS, bundle.frames[TICKS].capture_time_us + 1_000_000)
            )
            first, second = (b.frames[TICKS] for b in (bundle, later))
            device_us = (second.device_timestamp_ns - first.device_timestamp_ns) / 1000
            host_us = second.capture_time_us - first.capture_time_us
            assert 0.5 < device_us / host_us < 2, "nanoseconds, not ticks"

            # The state comes back after each frame.
            for _ in range(2):
                await viewer.until(camera(TRIGGERED, CameraState.WAITING_FOR_TRIGGER))
                trigger.pulse()
                bundle = await viewer.until(
                    lambda m: (
                        picture_after(TRIGGERED, 1)(m)
                        and m.frames[TRIGGERED].state == CameraState.STREAMING
                    )
                )
            assert (
                bundle.frames[TRIGGERED].state_since_us <= bundle.frames[TRIGGERED].capture_time_us
            )

            # Losses are a reason of a camera that streams.
            await viewer.until(camera(LOSSY, CameraState.STREAMING, "% of frames incomplete: "))

            # A frame every 4 s.
            status = await viewer.until(
                status_of(5, lambda s: s.cameras[SLOW].interval_us > 3_500_000)
            )
            slow: CameraStatus = status.cameras[SLOW]
            assert slow.state == CameraState.STREAMING
            assert 0.2 < slow.grab_fps < 0.3
            assert [c.reconnects for c in status.cameras] == [0] * 5
            assert [c.rejected for c in status.cameras] == [0] * 5
    assert system.grabber is not None
    log = system.grabber.text
    for serial in ("SLOW", "NO_SIZE", "TICKS", "LOSSY"):
        assert log.count(f"camera {serial}: streaming (") == 1
    assert log.count("camera TRIGGERED: started, waiting for a trigger (") == 1
    assert log.count("% of frames incomplete: packet size, MTU, bandwidth") == 1
