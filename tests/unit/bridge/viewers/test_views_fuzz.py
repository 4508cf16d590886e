"""Any order of what viewers, links and grabbers do keeps what must always hold of views."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from camstrm.bridge.viewers.demand import DemandKeeper
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.ladder import RUNGS
from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import (
    TO_VIEWER,
    Call,
    CameraFrame,
    CameraInfo,
    CameraState,
    CameraStatus,
    Demand,
    Encoding,
    FrameBundle,
    GrantedView,
    Hello,
    Limits,
    Region,
    Status,
    Subscribe,
    View,
    Views,
    admitted,
    decode_bundle,
    encode_bundle,
    union,
)
from tests.fakes.clock import Clock

CAMERAS = tuple(CameraInfo(i, f"c{i}", f"SN{i}") for i in range(3))

regions = st.none() | st.builds(
    Region, st.integers(0, 90), st.integers(0, 90), st.integers(1, 40), st.integers(1, 40)
)
sides = st.sampled_from((None, 100, 320, 640, 1280))
views = st.builds(View, st.integers(0, 3), regions, sides, sides, st.sampled_from((None, 50)))
cameras = st.none() | st.lists(st.integers(0, 3), max_size=3).map(tuple)
rungs = st.integers(0, len(RUNGS) - 1)


class FakeViewer(ViewerSender):
    kind = "fake"


class Model:
    """What one viewer asked for, and was answered last."""

    def __init__(self, viewer: FakeViewer) -> None:
        self.viewer = viewer
        self.views: tuple[View, ...] = ()
        self.answer: tuple[GrantedView, ...] = ()

    def drain(self) -> list[FrameBundle]:
        bundles = []
        while (item := self.viewer.outbox.take()) is not None:
            if isinstance(item, bytes):
                message = TO_VIEWER.decode(item)
                if isinstance(message, Views):
                    self.answer = message.views
            else:
                parts, size = item.message(self.viewer.outbox.selection)
                data = b"".join(parts)
                bundles.append(decode_bundle(data[len(data) - size :]))
        return bundles


class ViewsMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.hub = BundleHub("t", 4, self.clock, DemandKeeper(interval_s=0.0))
        self.models: list[Model] = []
        self.demand = Demand(())
        self.most = 3
        self.seq = 0
        self.come(3, 3)
        for _ in range(3):
            self.join()

    def take(self, message: Demand | Call) -> bool:
        if isinstance(message, Demand):
            self.demand = message
        return True

    @rule(count=st.integers(0, 3), most=st.integers(0, 4))
    def come(self, count: int, most: int) -> None:
        self.most = most
        self.count = count
        hello = Hello("run", cameras=CAMERAS[:count], limits=Limits(max_views=most))
        self.hub.grabber_came(hello, self.take)

    @rule(width=st.integers(0, 100), height=st.integers(0, 100))
    def say_size(self, width: int, height: int) -> None:
        status = CameraStatus(0, 2, width=width, height=height)
        self.hub.grabber_sent_status(Status(1, cameras=(status,)))

    @rule()
    def join(self) -> None:
        if len(self.models) < 5:
            model = Model(FakeViewer(self.hub.make_outbox(), "a", 1.0))
            self.models.append(model)
            self.hub.join(model.viewer)

    @rule(who=st.integers(0, 4), wanted=st.lists(views, min_size=1, max_size=5), whole=cameras)
    def subscribe(self, who: int, wanted: list[View], whole: tuple[int, ...] | None) -> None:
        if who < len(self.models):
            model = self.models[who]
            if wanted or model.views:
                model.answer = ()
            model.views = tuple(wanted)
            self.hub.subscribe_message(model.viewer, Subscribe(whole, None, model.views))

    @rule(who=st.integers(0, 4), whole=cameras)
    def want_no_views(self, who: int, whole: tuple[int, ...] | None) -> None:
        self.subscribe(who, [], whole)

    @rule(who=st.integers(0, 4))
    def leave(self, who: int) -> None:
        if who < len(self.models):
            self.hub.leave(self.models.pop(who).viewer)

    @rule(who=st.integers(0, 4), rung=rungs)
    def step(self, who: int, rung: int) -> None:
        if who < len(self.models):
            outbox = self.models[who].viewer.outbox
            outbox.ladder.rung = rung
            self.hub._step(outbox)

    @rule(empty=st.sets(st.integers(0, 20)))
    def tick(self, empty: set[int]) -> None:
        self.seq += 1
        whole = self.demand.cameras
        frames = [CameraFrame(i, CameraState.STREAMING) for i in range(self.count)]
        made = [whole is None or i in whole for i in range(self.count)]
        frames += [
            CameraFrame(v.camera, CameraState.STREAMING, view=v.id) for v in self.demand.views
        ]
        made += [True] * len(self.demand.views)
        filled = tuple(
            replace(f, encoding=Encoding.JPEG, payload=b"%d" % f.key)
            if there and number not in empty
            else f
            for number, (f, there) in enumerate(zip(frames, made, strict=True))
        )
        data = memoryview(encode_bundle(FrameBundle(self.seq, 0, filled)))
        self.hub.grabber_sent_bundle(SharedBundle(decode_bundle(data), data), len(data))
        self.clock.now += 1
        for model in self.models:
            self.check_bundles(model)

    def check_bundles(self, model: Model) -> None:
        outbox = model.viewer.outbox
        for bundle in model.drain():
            whole = [f for f in bundle.frames if not f.view]
            assert [f.camera_index for f in whole] == list(range(self.count))
            granted = {view.view for view in model.answer if view.view}
            assert {f.view for f in bundle.frames if f.view} <= granted
            for frame in whole:
                wanted = outbox.cameras is None or frame.camera_index in outbox.cameras
                assert wanted or not frame.payload
            for frame in bundle.frames:
                if frame.payload and not outbox.ladder.rung:
                    assert bytes(frame.payload) == b"%d" % frame.key

    @invariant()
    def what_is_demanded_is_made(self) -> None:
        assert admitted(self.demand.views, self.most) == self.demand.views
        if not self.most:
            assert not self.demand.views
        assert all(view.camera < self.count for view in self.demand.views)

    @invariant()
    def demand_is_the_union_of_what_viewers_need(self) -> None:
        demands = []
        made = {view.id: view for view in self.demand.views}
        for model in self.models:
            outbox = model.viewer.outbox
            entries = dict(outbox.selection.entries)
            needed = tuple(made[source >> 16] for source in entries.values())
            smaller = {key for key in entries if key < 1 << 16}
            whole = outbox.cameras
            if smaller:
                every = frozenset(range(self.count))
                whole = (every if whole is None else every & whole) - smaller
            demands.append(Demand(None if whole is None else tuple(whole), views=needed))
        wanted = union(demands)
        assert wanted.views == self.demand.views
        known = frozenset(range(self.count))

        def there(demand: Demand) -> frozenset[int]:
            return known if demand.cameras is None else known.intersection(demand.cameras)

        assert there(wanted) == there(self.demand)

    @invariant()
    def each_is_answered_in_the_order_of_its_wishes(self) -> None:
        for model in self.models:
            model.drain()
            assert [view.camera for view in model.answer] == [view.camera for view in model.views]
            for view in model.answer:
                assert bool(view.view) != bool(view.refused)

    def teardown(self) -> None:
        self.hub.grabber_went()


TestViews = ViewsMachine.TestCase
