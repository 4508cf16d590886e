"""ViewPlanner: which views are made for whom, and what each viewer gets of a bundle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator

from msgspec.structs import replace

from camstrm.bridge.viewers.demand import DemandKeeper
from camstrm.bridge.viewers.ladder import RUNGS
from camstrm.bridge.viewers.outbox import TextKind, ViewerOutbox
from camstrm.bridge.viewers.pictures import LatestPictures
from camstrm.bridge.viewers.selection import Selection, key_of
from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.bridge.viewers.view_places import ViewPlaces
from camstrm.bridge.viewers.wishes import Wish, resolved, too_many
from camstrm.wire import TO_VIEWER, CameraStatus, Demand, GrantedView, Hello, View, Views

__all__ = ["MAX_WISHES", "ViewPlanner"]

MAX_WISHES = 16
"""Views that a viewer may ask for; the others are refused."""


class _Watcher:
    """A viewer that has asked for views, or gets smaller pictures than it asked for."""

    def __init__(self, viewer: ViewerSender) -> None:
        self.viewer = viewer
        self.asked: tuple[View, ...] = ()
        """Its wishes as it said them, in its order."""
        self.wishes: tuple[Wish, ...] = ()
        """The first MAX_WISHES of them, as they can be made of the cameras that are there."""
        self.granted: dict[int, View] = {}
        """Those that have a place, by id."""
        self.answer: tuple[GrantedView, ...] = ()
        """What it was answered last."""
        self.sources: frozenset[int] = frozenset()
        """Keys of the entries in the grabber's bundle that it needs."""


class ViewPlanner:
    """Gives views their places, answers the viewers, and keeps their part of the demand.

    A view that has a place keeps it while anybody watches it; one that comes when all are taken is
    refused, and is served when one gets free. A viewer whose link is slow (ladder.py) needs
    smaller pictures instead of those that it asked for; where there is no place for them, it gets
    what it asked for. Belongs to the bridge's event loop.
    """

    def __init__(self, demand: DemandKeeper, pictures: LatestPictures) -> None:
        self._demand = demand
        self._pictures = pictures
        self._cameras: frozenset[int] | None = None
        """Indices of the cameras of the newest hello; None: no grabber has come yet."""
        self._most = 0
        """Places of the grabber: its limits.max_views."""
        self._sizes: dict[int, tuple[int, int]] = {}
        """Width and height of the cameras' frames, where a status has said them."""
        self._watchers: dict[int, _Watcher] = {}
        """By the number of the viewer's outbox, in the order in which they began."""
        self._placed: frozenset[int] = frozenset()
        """Ids of the wished views that have a place."""

    def offers(self, hello: Hello) -> None:
        """Take what a grabber has: its cameras, and how many views it makes."""
        self._cameras = frozenset(info.index for info in hello.cameras)
        self._most = hello.limits.max_views
        self._sizes = {i: size for i, size in self._sizes.items() if i in self._cameras}
        self._resolve()

    def saw_status(self, cameras: Iterable[CameraStatus]) -> None:
        """Take the sizes of the cameras' frames: regions are cut to them."""
        sizes = {c.index: (c.width, c.height) for c in cameras if c.width and c.height}
        if sizes != self._sizes:
            self._sizes = sizes
            self._resolve()

    def wants(self, outbox: ViewerOutbox) -> tuple[View, ...]:
        """Return the views that a viewer has asked for."""
        watcher = self._watchers.get(outbox.id)
        return watcher.asked if watcher else ()

    def subscribe(self, viewer: ViewerSender, views: tuple[View, ...]) -> frozenset[int]:
        """Do what a viewer whose outbox has new wishes needs; return the ids of its new views."""
        outbox = viewer.outbox
        watcher = self._watchers.get(outbox.id)
        if watcher is None:
            if not views and not outbox.ladder.rung:
                refresh = self._lack(outbox.cameras)
                self._demand.wish(outbox.id, outbox.cameras, outbox.max_fps, refresh=refresh)
                return frozenset()
            watcher = self._watchers[outbox.id] = _Watcher(viewer)
        before = watcher.granted
        answers = bool(views or watcher.asked)
        if views != watcher.asked:
            watcher.asked = views
            watcher.wishes = self._resolved(watcher)
        self._plan(answer=watcher if answers else None)
        return frozenset(watcher.granted.keys() - before.keys())

    def answer_again(self, viewer: ViewerSender) -> None:
        """Repeat the answer to a viewer that has asked for the same again."""
        _send(self._watchers[viewer.outbox.id])

    def step(self, viewer: ViewerSender) -> None:
        """Let a viewer have pictures of the size that its ladder says."""
        self._watchers.setdefault(viewer.outbox.id, _Watcher(viewer))
        self._plan(stepped=viewer)

    def leave(self, viewer: ViewerSender) -> None:
        """Forget a viewer and what it wanted."""
        self._demand.withdraw(viewer.outbox.id)
        if self._watchers.pop(viewer.outbox.id, None) is not None:
            self._plan()

    def lack_picture(self) -> bool:
        """Return whether of anything that can be watched there is no fresh picture."""
        sources = (source for w in self._watchers.values() for source in w.sources)
        return self._lack(None) or any(not self._pictures.fresh(key) for key in sources)

    def _lack(self, cameras: Collection[int] | None) -> bool:
        """Return whether a picture of these cameras that can be shown is not there."""
        known = self._cameras or frozenset()
        wanted = known if cameras is None else known.intersection(cameras)
        return not all(self._pictures.fresh(index) for index in wanted)

    def _resolved(self, watcher: _Watcher) -> tuple[Wish, ...]:
        cameras, most = self._cameras, self._most
        allowed = watcher.viewer.outbox.allowed
        if allowed is not None and cameras is not None:
            cameras &= allowed
        asked = watcher.asked[:MAX_WISHES]
        return tuple(resolved(view, cameras, most, self._sizes) for view in asked)

    def _resolve(self) -> None:
        """Look again at all wishes: the cameras have changed."""
        if self._watchers:
            for watcher in self._watchers.values():
                watcher.wishes = self._resolved(watcher)
            self._plan()

    def _plan(self, *, answer: _Watcher | None = None, stepped: ViewerSender | None = None) -> None:
        """Give the places, answer ``answer`` and whose answer has changed, and pass on the rest."""
        places = ViewPlaces(self._most)
        watchers = tuple(self._watchers.values())
        # What had a place keeps it; then the first that came.
        for kept in (True, False):
            for watcher in watchers:
                for wish in watcher.wishes:
                    if wish.view and kept == (wish.number in self._placed):
                        places.take(wish.view, wish.number)
        users: Counter[int] = Counter()
        for watcher in watchers:
            watcher.granted = {
                w.number: w.view
                for w in watcher.wishes
                if w.view and places.holds(w.view, w.number)
            }
            users.update(watcher.granted.keys())
            answers = self._answers(watcher, places)
            if watcher is answer or answers != watcher.answer:
                watcher.answer = answers
                _send(watcher)
        self._placed = frozenset(users)
        made = {watcher: dict(self._smaller(watcher, places, users)) for watcher in watchers}
        self._pictures.keep_views({v.id for m in made.values() for v in m.values()} | self._placed)
        self._give(made, stepped)

    def _answers(self, watcher: _Watcher, places: ViewPlaces) -> tuple[GrantedView, ...]:
        answers = [wish.answer(places, self._most) for wish in watcher.wishes]
        answers += [too_many(view, MAX_WISHES) for view in watcher.asked[MAX_WISHES:]]
        return tuple(answers)

    def _smaller(
        self, watcher: _Watcher, places: ViewPlaces, users: Counter[int]
    ) -> Iterator[tuple[int, View]]:
        """Yield the smaller views that a slow viewer gets, by the key of the entry they go into."""
        outbox = watcher.viewer.outbox
        if not outbox.ladder.rung or not self._most:
            return
        for camera in sorted(self._whole(outbox)):
            for rung in range(outbox.ladder.rung, len(RUNGS)):
                view = _reduced(View(camera), rung)
                if places.take(view, view.id):
                    yield camera, view
                    break
        for number, wished in watcher.granted.items():
            view = _reduced(wished, outbox.ladder.rung)
            if view == wished:
                continue
            alone = users[number] == 1
            if alone:
                places.leave(number)
            if places.take(view, view.id):
                users[number] -= 1
                yield key_of(number, wished.camera), view
            elif alone:
                places.take(wished, number)

    def _whole(self, outbox: ViewerOutbox) -> frozenset[int]:
        """Return the cameras whose whole pictures a viewer wants."""
        known = self._cameras or frozenset()
        return known if outbox.cameras is None else known & outbox.cameras

    def _give(self, made: dict[_Watcher, dict[int, View]], stepped: ViewerSender | None) -> None:
        """Let each viewer get what is made for it, and the grabber know all of it at once."""
        demands: dict[Hashable, Demand] = {}
        refresh = False
        for watcher, smaller in made.items():
            outbox = watcher.viewer.outbox
            entries = {key: key_of(view.id, view.camera) for key, view in smaller.items()}
            views = list(smaller.values())
            for number, view in watcher.granted.items():
                key = key_of(number, view.camera)
                if key not in entries:
                    entries[key] = key
                    views.append(view)
            outbox.show(
                Selection(outbox.cameras, frozenset(entries.items())),
                settle=watcher.viewer is stepped,
            )
            outbox.reduced = max((view.max_width or 0 for view in smaller.values()), default=0)
            whole = self._whole(outbox) - smaller.keys()
            sources = whole.union(entries.values())
            refresh |= any(not self._pictures.fresh(key) for key in sources - watcher.sources)
            watcher.sources = sources
            cameras = outbox.cameras if len(whole) == len(self._whole(outbox)) else whole
            demands[outbox.id] = Demand(
                None if cameras is None else tuple(cameras), outbox.max_fps, views=tuple(views)
            )
            if not watcher.asked and not outbox.ladder.rung:
                del self._watchers[outbox.id]
        self._demand.wish_all(demands, refresh=refresh)


def _send(watcher: _Watcher) -> None:
    watcher.viewer.put_text(TextKind.VIEWS, TO_VIEWER.encode(Views(watcher.answer)))


def _reduced(view: View, rung: int) -> View:
    """Return the view as it is made for a viewer on a rung."""
    side, quality, _ = RUNGS[rung]
    return replace(
        view,
        max_width=min(view.max_width or side, side),
        max_height=min(view.max_height or side, side),
        quality=min(view.quality or quality, quality),
    )
