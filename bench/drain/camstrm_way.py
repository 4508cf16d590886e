"""camstrm's ways of draining: all cameras in one process, and a process for each."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import Any

from bench.drain.way import MAX_HEIGHT, MAX_WIDTH, QUALITY, Encoded, InProcess, Job, drain_ns
from camstrm.acquisition.gentl.producer import GentlProducer
from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.worker.configure import CameraConfigurator
from camstrm.acquisition.worker.settings import acquisition_settings
from camstrm.acquisition.worker.worker import AcquisitionWorker
from camstrm.config import CameraSettings, ProcessSettings, ProducerSettings, StreamSettings
from camstrm.feed.packet_socket import BlockingPacketSocket
from camstrm.frame import RawFrame
from camstrm.grab.camera.group import GroupCamera, ProcessGroup
from camstrm.profiles import load_profiles, profile_of
from camstrm.wire import (
    PROCESS_DOWN,
    PROCESS_UP,
    CameraFrame,
    FrameBundle,
    FrameRequest,
    PacketKind,
    Report,
    Start,
    Stop,
    decode_bundle,
)

__all__ = ["OneProcess", "ProcessPerCamera"]

_END_S = 10.0


def _settings(camera: dict[str, Any]) -> CameraSettings:
    triggered: dict[str, bool | int | float | str] = {"TriggerMode": "On", "TriggerSource": "Line0"}
    return CameraSettings(
        serial=camera["serial"],
        num_buffers=camera["buffers"],
        features=triggered if camera["silent"] else {},
    )


class _Collecting:
    """CPU time in ns of encoding threads that empty a queue while its own thread sleeps."""

    def __init__(self) -> None:
        self._ns: Counter[int] = Counter()
        collect = BufferDrain._collect

        def timed(drain: BufferDrain, code: int, handle: int) -> int:
            if threading.current_thread().name.startswith("acquire-"):
                return collect(drain, code, handle)
            begin = time.thread_time_ns()
            try:
                return collect(drain, code, handle)
            finally:
                self._ns[threading.get_ident()] += time.thread_time_ns() - begin

        BufferDrain._collect = timed  # type: ignore[assignment,method-assign]  # nothing else runs here

    @property
    def ns(self) -> int:
        """Of all threads together."""
        return sum(self._ns.copy().values())


class OneProcess(InProcess):
    """AcquisitionWorkers in this process."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._producer = GentlProducer(job.cti)
        self._workers: list[AcquisitionWorker] = []
        self._collecting = _Collecting()

    def start(self) -> None:
        """Start a worker for each camera."""
        self._producer.open()
        profile = profile_of(load_profiles(), ProducerSettings(cti=self.job.cti))
        for camera in self.job.cameras:
            wanted = _settings(camera)
            settings = acquisition_settings(profile.quirks, wanted, ProcessSettings(), shared=True)
            configurator = CameraConfigurator(profile, wanted, siblings=len(self.job.cameras))
            self._workers.append(AcquisitionWorker(self._producer, settings, configurator))
        for worker in self._workers:
            worker.start()

    def take(self, index: int) -> RawFrame | None:
        """Take a worker's frame."""
        return self._workers[index].take()

    def drain_ns(self) -> int:
        """Return the CPU time of the workers' threads and of what others collected."""
        return super().drain_ns() + self._collecting.ns

    def gaps(self) -> int:
        """Return those that the workers counted."""
        return sum(worker.statistics.gaps for worker in self._workers)

    def stop(self) -> None:
        """Close the cameras."""
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.join(_END_S)
        self.close_pool()
        self._producer.close()


class _CameraProcess:
    """The grabber's end of one camera process, which is the real one."""

    def __init__(self, job: Job, camera: dict[str, Any]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "camstrm.grab.camera.process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._socket = BlockingPacketSocket(ours)
        self.gaps = 0
        self._bundles: list[FrameBundle] = []
        group = ProcessGroup(
            cti=job.cti,
            profile=profile_of(load_profiles(), ProducerSettings(cti=job.cti)),
            cameras=(GroupCamera(0, _settings(camera)),),
            stream=StreamSettings(max_width=MAX_WIDTH, max_height=MAX_HEIGHT, quality=QUALITY),
            process=ProcessSettings(),
            log_level="WARNING",
            siblings=len(job.cameras),
        )
        self._socket.send_text(PROCESS_DOWN.encode(Start(settings=group.to_settings())))

    def ask(self, seq: int) -> None:
        """Request the newest picture."""
        self._socket.send_text(PROCESS_DOWN.encode(FrameRequest(seq=seq, cameras=(0,))))

    def answer(self) -> CameraFrame:
        """Wait for the picture."""
        while not self._bundles:
            self.receive()
        return self._bundles.pop(0).frames[0]

    def receive(self) -> None:
        """Take in what comes."""
        for packet in self._socket.receive():
            if packet.kind == PacketKind.BUNDLE:
                self._bundles.append(decode_bundle(packet.payload))
                continue
            message = PROCESS_UP.decode(packet.payload)
            if isinstance(message, Report):
                self.gaps = sum(camera.gaps for camera in message.cameras)

    def end(self) -> None:
        """Let it close its camera; kill it if it does not."""
        try:
            self._socket.send_text(PROCESS_DOWN.encode(Stop()))
            self.process.wait(_END_S)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(_END_S)
        finally:
            self._socket.close()


class ProcessPerCamera:
    """Camera processes as the grabber starts them."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._children: list[_CameraProcess] = []
        self._seq = 0

    def start(self) -> None:
        """Start a process for each camera."""
        for camera in self._job.cameras:
            self._children.append(_CameraProcess(self._job, camera))

    def round(self) -> list[Encoded | None]:
        """Ask all, then wait for all."""
        self._seq += 1
        for child in self._children:
            child.ask(self._seq)
        frames = [child.answer() for child in self._children]
        return [
            Encoded(len(frame.payload), frame.device_timestamp_ns) if len(frame.payload) else None
            for frame in frames
        ]

    def drain_ns(self) -> int:
        """Return the CPU time of all threads but the main ones."""
        return sum(drain_ns(c.process.pid, {c.process.pid}) for c in self._children)

    def gaps(self) -> int:
        """Return those of the last reports."""
        # A report comes twice a second.
        deadline = time.monotonic() + 1.0
        while time.monotonic() < deadline:
            self.round()
            time.sleep(0.05)
        return sum(child.gaps for child in self._children)

    def stop(self) -> None:
        """End all."""
        for child in self._children:
            child.end()
