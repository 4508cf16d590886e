"""What a BundleLoop asks of a Supervisor and its links, without processes."""

from __future__ import annotations

from collections.abc import Iterable

from camstrm.config import CameraSettings
from camstrm.grab.processes.ledger import Ledgers
from camstrm.wire import (
    CameraFrame,
    CameraState,
    CameraStatus,
    Encoding,
    FrameBundle,
    FrameRequest,
)


class FakeGroup:
    """The indices of a group's cameras."""

    def __init__(self, indices: Iterable[int]) -> None:
        self.indices = tuple(indices)


class FakeLink:
    """A link that is asked, and that answers when the test says so."""

    def __init__(self, *indices: int) -> None:
        self.group = FakeGroup(indices)
        self.requests: list[FrameRequest] = []
        self.opened = True
        self.busy = False

    def request(self, message: FrameRequest) -> bool:
        if self.busy or not self.opened:
            return False
        self.busy = True
        self.requests.append(message)
        return True

    def picture(
        self, *indices: int, text: str = "picture", capture_time_us: int = 0
    ) -> FrameBundle:
        """Return the answer to the last request, with pictures and views of ``indices``."""
        self.busy = False
        frames = tuple(
            CameraFrame(
                i,
                CameraState.STREAMING,
                Encoding.JPEG,
                capture_time_us=capture_time_us,
                payload=f"{text} {i}".encode() if i in indices else b"",
            )
            for i in self.requests[-1].cameras
        )
        frames += tuple(
            CameraFrame(
                view.camera,
                CameraState.STREAMING,
                Encoding.JPEG,
                capture_time_us=capture_time_us,
                source_width=640,
                payload=f"view {text} {view.camera}".encode(),
                view=view.id,
            )
            for view in self.requests[-1].views
            if view.camera in indices
        )
        return FrameBundle(self.requests[-1].seq, 0, frames)


class FakeSupervisor:
    """Ledgers of cameras that stream, and links to them."""

    def __init__(self, *links: FakeLink) -> None:
        self.list = list(links)
        indices = sorted(index for link in links for index in link.group.indices)
        self.ledgers = Ledgers(CameraSettings(serial=f"cam{index}") for index in indices)
        for index in indices:
            self.set_state(index, CameraState.STREAMING)

    def links(self) -> list[FakeLink]:
        return list(self.list)

    def set_state(self, index: int, state: CameraState, grab_fps: float = 0.0) -> None:
        self.ledgers[index].report(CameraStatus(index, state, since_us=7, grab_fps=grab_fps))
