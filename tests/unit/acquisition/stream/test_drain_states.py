"""No order of calls loses a buffer, queues one twice, or counts a frame wrongly."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.acquisition.stream.statistics import StreamStatistics
from camstrm.errors import NoImageError
from camstrm.frame import RawFrame
from tests.fakes.clock import FakeClock
from tests.fakes.gentl.scripted_library import HANDLES, FakeGentlLibrary

BUFFERS = 5


class DrainMachine(RuleBasedStateMachine):
    """Deliver, drain, take, look, release and close, against a count of every buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.library = FakeGentlLibrary(BUFFERS)
        self.statistics = StreamStatistics()
        self.drain = BufferDrain(
            self.library, HANDLES, self.statistics, buffers=BUFFERS, clock=self.clock
        )
        self.frames: list[RawFrame] = []
        self.kept: int | None = None
        """Id of the newest frame if nobody has taken it."""
        self.newest: int | None = None
        """Id of the newest frame."""
        self.sent: list[tuple[int, str]] = []
        self.taken = self.rejected = 0
        self.open = True

    @precondition(lambda self: self.open)
    @rule(kind=st.sampled_from(["complete", "complete", "complete", "incomplete", "no image"]))
    def deliver(self, kind: str) -> None:
        self.clock.advance(0.001)
        handle = self.library.deliver(
            IS_INCOMPLETE=int(kind == "incomplete"), HEIGHT=0 if kind == "no image" else 2
        )
        if handle:
            self.sent.append((self.library.frame_id, kind))

    @precondition(lambda self: self.open)
    @rule()
    def drain_all(self) -> None:
        drained = self.drain.drain(0.2)
        assert drained == self.note_collected()
        assert not self.library.output

    @precondition(lambda self: self.open)
    @rule()
    def stream(self) -> None:
        """A frame on its whole way to whoever takes it."""
        self.deliver("complete")
        self.drain_all()
        self.take()

    @precondition(lambda self: self.open)
    @rule(
        kinds=st.lists(st.sampled_from(["complete", "incomplete", "no image"]), max_size=3),
        look=st.booleans(),
    )
    def ask_in_a_nap(self, kinds: list[str], *, look: bool) -> None:
        """Somebody asks for a frame while the draining thread sleeps."""
        collected = 0

        def ask(_: float) -> None:
            nonlocal collected
            for kind in kinds:
                self.deliver(kind)
            collected = self.note_collected()
            self.look() if look else self.take()

        self.drain._fps = 1000.0
        self.clock.on_sleep = ask
        result = self.drain.drain(0.2)
        self.clock.on_sleep = lambda _: None
        assert result == collected

    def note_collected(self) -> int:
        """All that was sent is out of the queue now; return how many frames are complete."""
        complete = [(i, kind) for i, kind in self.sent if kind != "incomplete"]
        if complete:
            self.kept, self.kept_kind = complete[-1]
            self.newest = self.kept
        self.sent.clear()
        return len(complete)

    @rule()
    def take(self) -> None:
        if self.open and self.kept is not None and self.kept_kind == "no image":
            with pytest.raises(NoImageError):
                self.drain.take()
            self.rejected += 1
            self.kept = self.newest = None
            return
        frame = self.drain.take()
        if self.kept is None or not self.open:
            assert frame is None
            return
        assert frame is not None
        assert frame.frame_id == self.kept
        self.frames.append(frame)
        self.taken += 1
        self.kept = None

    @rule()
    def look(self) -> None:
        if self.open and self.newest is not None and self.kept_kind == "no image":
            with pytest.raises(NoImageError):
                self.drain.newest()
            return
        frame = self.drain.newest()
        if self.newest is None or not self.open:
            assert frame is None
            return
        assert frame is not None
        assert frame.frame_id == self.newest
        self.frames.append(frame)

    @precondition(lambda self: self.frames)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        frame = self.frames.pop(data.draw(st.integers(0, len(self.frames) - 1)))
        before = set(self.library.held)
        frame.release()
        if not self.open:
            assert self.library.held == before

    @precondition(lambda self: self.open)
    @rule()
    def close(self) -> None:
        assert self.drain.close(0) == (not self.frames)
        self.open = False

    @invariant()
    def every_buffer_is_in_one_place(self) -> None:
        places = [*self.library.input, *self.library.output, *self.library.held]
        assert sorted(places) == sorted(self.library.memory)
        if self.open:
            used = {frame.frame_id for frame in self.frames}
            newest = set() if self.newest is None else {self.newest}
            assert len(self.library.held) == len(used | newest)

    @invariant()
    def every_complete_frame_is_accounted_for(self) -> None:
        kept = self.kept is not None
        numbers = self.statistics
        assert numbers.delivered == numbers.overwritten + self.taken + self.rejected + kept
        assert numbers.rejected == self.rejected
        total = numbers.delivered + numbers.incomplete + len(self.sent) + self.library.lost
        assert total == self.library.frame_id


TestDrainStates = DrainMachine.TestCase
