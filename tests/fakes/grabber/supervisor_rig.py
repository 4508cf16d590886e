"""A supervisor in a real loop, on stand-ins for the camera processes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from camstrm.config import CameraSettings, Config, ProcessSettings, ProducerSettings
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.process_link import ProcessLink
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.grab.running_clock import RunningClock
from camstrm.profiles import load_profiles
from camstrm.wire import CameraState, FrameBundle
from tests.fakes.grabber.camera_process import stand_in_environment
from tests.fakes.manual_loop import GuardedLoop

PROFILES = load_profiles()
ONE, OTHER = "/opt/one.cti", "/opt/other.cti"

QUICK = ProcessSettings(restart_delay_s=0.05, restart_delay_max_s=0.15)


def stand_in_variables(behaviour: str = "", once: Path | None = None) -> dict[str, str]:
    environment = stand_in_environment(behaviour, once=once)
    return {key: value for key, value in environment.items() if os.environ.get(key) != value}


class Rig:
    """A supervisor in a real loop, with stand-ins for the camera processes."""

    def __init__(self, loop: GuardedLoop, running: RunningClock, python: str) -> None:
        self.loop = loop
        self.running = running
        self.python = python
        self.bundles: list[FrameBundle] = []
        self.changes = 0
        self.supervisor: Supervisor | None = None
        self.ledgers = Ledgers()

    def start(
        self,
        *cameras: tuple[str, str],
        process: ProcessSettings = QUICK,
        once: Path | None = None,
        python: str | None = None,
        **behaviours: str,
    ) -> Supervisor:
        """Start (serial, cti) cameras; ``behaviours`` are those of ``one`` and ``other``."""
        ctis = dict.fromkeys(cti for _, cti in cameras)
        names = {ONE: "one", OTHER: "other"}
        config = Config(
            process=process,
            cameras=tuple(CameraSettings(serial=serial, cti=cti) for serial, cti in cameras),
            producers=tuple(
                ProducerSettings(
                    cti=cti,
                    python=self.python if python is None else python,
                    env=stand_in_variables(
                        behaviours.get(names.get(cti, ""), ""), once if cti == ONE else None
                    ),
                )
                for cti in ctis
            ),
        )
        return self.start_with(config)

    def start_with(self, config: Config) -> Supervisor:
        self.ledgers = Ledgers(config.cameras)
        self.supervisor = Supervisor(
            self.loop, self.running, config, PROFILES, self.ledgers, log_level="DEBUG"
        )
        self.supervisor.start(self._bundle, self._changed)
        return self.supervisor

    def stop(self, timeout_s: float) -> None:
        assert self.supervisor is not None
        self.loop.run_until_complete(self.supervisor.stop(timeout_s))

    def _bundle(self, _link: ProcessLink, bundle: FrameBundle) -> None:
        self.bundles.append(bundle)

    def _changed(self) -> None:
        self.changes += 1

    def state(self, index: int) -> int:
        return self.ledgers[index].condition.state

    def run(self, condition: Callable[[], object]) -> None:
        self.loop.run(condition)

    def streaming(self, *indices: int) -> None:
        self.run(lambda: all(self.state(i) == CameraState.STREAMING for i in indices))

    def links(self) -> list[ProcessLink]:
        assert self.supervisor is not None
        return self.supervisor.links()
