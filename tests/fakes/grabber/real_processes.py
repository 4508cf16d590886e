"""Real camera processes in a real loop, on the simulator's cameras."""

from __future__ import annotations

from collections.abc import Callable

from camstrm.config import CameraSettings, ProcessSettings, ProducerSettings, StreamSettings
from camstrm.grab.camera.group import GroupCamera, ProcessGroup
from camstrm.grab.processes.process_link import LinkHandlers, ProcessLink
from camstrm.grab.running_clock import RunningClock
from camstrm.profiles import load_profiles, profile_candidates, profile_of
from camstrm.wire import (
    CameraFrame,
    CameraState,
    CameraStatus,
    FrameBundle,
    FrameRequest,
    Live,
    Report,
)
from tests.fakes.gentl.producers import child_environment, fault_variables
from tests.fakes.manual_loop import GuardedLoop
from tests.fakes.simulator_settings import FPS, HEIGHT, WIDTH

PROFILES = load_profiles()

FEATURES: dict[str, bool | int | float | str] = {
    "PixelFormat": "Mono8",
    "Width": WIDTH,
    "Height": HEIGHT,
    "AcquisitionFrameRate": FPS,
}


def camera(serial: str, **settings: str) -> CameraSettings:
    return CameraSettings(serial=serial, features=FEATURES, **settings)  # type: ignore[arg-type]


def group(cti: str, *serials: str, single: bool = False, faults: str = "") -> ProcessGroup:
    return ProcessGroup(
        cti=cti,
        profile=profile_of(PROFILES, ProducerSettings(cti=cti)),
        candidates=profile_candidates(PROFILES, cti),
        cameras=tuple(GroupCamera(i, camera(s, name=f"cam{s}")) for i, s in enumerate(serials)),
        stream=StreamSettings(),
        process=ProcessSettings(stall_timeout_s=0.3, single_process=single),
        environment=child_environment(**fault_variables(faults)),
        log_level="ERROR",
    )


class Rig:
    """Camera processes in a real loop: what they report and send."""

    def __init__(self, loop: GuardedLoop, running: RunningClock) -> None:
        self.loop = loop
        self.running = running
        self.statuses: dict[int, CameraStatus] = {}
        self.pictures: dict[int, list[CameraFrame]] = {}
        self.states: dict[int, set[int]] = {}
        self.models: set[str] = set()
        self.gone: list[str] = []
        self.lives: list[Live] = []
        self.links: list[ProcessLink] = []
        self.seq = 0
        self.handlers = LinkHandlers(
            lambda _, bundle: self._bundle(bundle),
            lambda _, report: self._report(report),
            lambda _, reason: self.gone.append(reason),
            lambda _, live: self.lives.append(live),
        )

    def start(self, wanted: ProcessGroup) -> ProcessLink:
        async def make() -> ProcessLink:
            return ProcessLink(self.loop, self.running, wanted, self.handlers)

        self.links.append(self.loop.run_until_complete(make()))
        return self.links[-1]

    def ask(self, condition: Callable[[], object], *refresh: int) -> None:
        """Ask all processes for pictures again and again until ``condition()``."""

        def again() -> bool:
            for link in self.links:
                if link.opened and not link.busy:
                    self.seq += 1
                    link.request(FrameRequest(self.seq, link.group.indices, refresh))
            return bool(condition())

        self.loop.run(again)

    def status(self, index: int) -> CameraStatus:
        return self.statuses.get(index, CameraStatus(index, CameraState.CLOSED))

    def count(self, index: int) -> int:
        return len(self.pictures.get(index, ()))

    def over(self, link: ProcessLink) -> None:
        """Run until nothing is left of the process and its connection."""
        self.loop.run(lambda: link.ended)

    def close(self) -> None:
        for link in self.links:
            link.kill("the test is over")
            self.over(link)

    def _bundle(self, bundle: FrameBundle) -> None:
        for frame in bundle.frames:
            self.states.setdefault(frame.camera_index, set()).add(frame.state)
            if len(frame.payload):
                self.pictures.setdefault(frame.camera_index, []).append(frame)

    def _report(self, report: Report) -> None:
        self.statuses.update({status.index: status for status in report.cameras})
        self.models.update(info.model for info in report.infos)
