"""Views of several viewers, through the hub: who gets a place, who gets which entries."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.bridge.viewers.views import MAX_WISHES
from camstrm.wire import (
    CameraStatus,
    Demand,
    GrantedView,
    Limits,
    Region,
    Status,
    Subscribe,
    View,
    decode_bundle,
    rounded,
)
from tests.fakes.bridge.viewed_hub import (
    CAMERAS,
    HELLO,
    TILE,
    FakeSource,
    asks,
    drain,
    granted,
    join,
    region,
)
from tests.fakes.clock import Clock


def test_a_view_is_answered_demanded_and_sent(hub: BundleHub, source: FakeSource) -> None:
    viewer = join(hub)
    wish = View(1, Region(3, 5, 100, 50), max_width=700, quality=70)
    made = View(1, Region(0, 0, 104, 56), max_width=800, quality=80)
    assert asks(hub, viewer, wish) == (granted(wish),)
    assert source.demands[-1] == Demand(None, None, refresh=True, views=(made,))
    source.tick()
    key = made.id << 16 | 1
    assert drain(viewer) == [{0: "0.0#1", 1: "1.0#1", key: f"1.{made.id}#1"}]


def test_each_viewer_gets_the_entries_of_its_views_only(hub: BundleHub, source: FakeSource) -> None:
    plain, one, two = join(hub), join(hub), join(hub)
    asks(hub, one, region(0))
    asks(hub, two, region(0), region(80))
    assert len(source.views()) == 2, "equal views are one"
    source.tick()
    first, second = (rounded(region(x)).id << 16 for x in (0, 80))
    assert [
        set(keys) for v in (plain, one, two) for keys in drain(v) if isinstance(keys, dict)
    ] == [
        {0, 1},
        {0, 1, first},
        {0, 1, first, second},
    ]


def test_a_tile_alone_leaves_the_whole_picture_out(hub: BundleHub, source: FakeSource) -> None:
    viewer = join(hub)
    asks(hub, viewer, TILE, cameras=())
    assert source.demands[-1] == Demand((), None, refresh=True, views=(rounded(TILE),))
    source.tick()
    assert drain(viewer) == [{TILE.id << 16: f"0.{TILE.id}#1"}]
    source.tick()
    item = viewer.outbox.take()
    assert isinstance(item, SharedBundle)
    parts, _ = item.message(viewer.outbox.selection)
    frames = decode_bundle(bytes(parts[1])).frames
    assert [f.key for f in frames] == [0, 1, TILE.id << 16], "the headers of all cameras come"


def test_one_view_too_many_waits_for_a_place(hub: BundleHub, source: FakeSource) -> None:
    one, two, three = join(hub), join(hub), join(hub)
    asks(hub, one, region(0))
    asks(hub, two, region(80))
    full = GrantedView(0, 0, None, "2 different views are watched already (stream.max_views)")
    assert asks(hub, three, region(160), region(80)) == (full, granted(region(80)))
    assert len(source.views()) == 2
    hub.leave(one)
    assert drain(three) == [(granted(region(160)), granted(region(80)))]
    assert drain(two) == [], "nothing has changed for it"
    assert set(source.views()) == {rounded(region(80)), rounded(region(160))}
    hub.leave(three)
    assert source.views() == (rounded(region(80)),)


def test_small_whole_pictures_take_no_place(hub: BundleHub, source: FakeSource) -> None:
    viewer = join(hub)
    asks(hub, viewer, region(0), region(80), TILE)
    assert len(source.views()) == 3


def test_who_has_a_place_keeps_it(hub: BundleHub, source: FakeSource) -> None:
    one, two = join(hub), join(hub)
    asks(hub, one, region(0))
    asks(hub, two, region(80))
    refused = asks(hub, one, region(160), region(240), region(0))
    assert isinstance(refused, tuple)
    assert [bool(view.refused) for view in refused] == [True, True, False]


def test_two_views_of_one_number(
    hub: BundleHub, source: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camstrm.wire.views.zlib.crc32", lambda _: 7)
    viewer = join(hub)
    answer = asks(hub, viewer, region(0), region(80))
    assert isinstance(answer, tuple)
    assert answer[0] == GrantedView(7, 0, Region(0, 0, 64, 64))
    assert "the same number" in answer[1].refused
    assert source.views() == (rounded(region(0)),)


def test_wishes_that_cannot_be(hub: BundleHub, source: FakeSource) -> None:
    viewer = join(hub)
    (answer,) = asks(hub, viewer, View(7)) or ()
    assert answer == GrantedView(0, 7, None, "there is no camera 7; there are: 0, 1")
    hub.grabber_sent_status(Status(1, cameras=(CameraStatus(0, 2, width=640, height=480),)))
    (answer,) = asks(hub, viewer, region(648)) or ()
    assert answer.refused == "the region begins at 648, 0, outside of the picture of 640x480"
    many = asks(
        hub, viewer, *(View(0, max_width=640, max_height=w + 1) for w in range(MAX_WISHES + 2))
    )
    assert isinstance(many, tuple)
    assert [view.refused for view in many[MAX_WISHES:]] == [
        "a viewer can watch 16 views at most"
    ] * 2
    assert not any(view.refused for view in many[:MAX_WISHES])


def test_without_a_grabber_a_wish_waits(hub: BundleHub) -> None:
    viewer = join(hub)
    (answer,) = asks(hub, viewer, TILE) or ()
    assert answer.refused == "no grabber is connected yet, so there are no cameras"
    source = FakeSource(hub)
    hub.grabber_came(HELLO, source)
    assert drain(viewer) == [(granted(TILE),)]
    assert source.views() == (rounded(TILE),)
    hub.grabber_went()


def test_a_grabber_that_makes_no_views_is_asked_for_none(hub: BundleHub) -> None:
    source = FakeSource(hub)
    hub.grabber_came(replace(HELLO, limits=Limits()), source)
    viewer = join(hub)
    (answer,) = asks(hub, viewer, TILE) or ()
    assert answer.refused == "the grabber makes no views (stream.max_views is 0)"
    viewer.outbox.ladder.rung = 3
    hub._step(viewer.outbox)
    assert source.views() == ()
    assert viewer.outbox.reduced == 0
    hub.grabber_went()


def test_regions_are_cut_to_the_picture(hub: BundleHub, source: FakeSource) -> None:
    viewer = join(hub)
    wish = View(0, Region(600, 400, 100, 100))
    assert asks(hub, viewer, wish) == (granted(wish),)
    hub.grabber_sent_status(Status(1, cameras=(CameraStatus(0, 2, width=644, height=482),)))
    cut = View(0, Region(600, 400, 44, 82))
    assert drain(viewer) == [(GrantedView(cut.id, 0, cut.region),)]
    assert source.views() == (cut,)
    hub.grabber_sent_status(Status(2, cameras=(CameraStatus(0, 2, width=644, height=482),)))
    assert drain(viewer) == [], "nothing new"


def test_cameras_that_change_are_answered(hub: BundleHub, source: FakeSource) -> None:
    viewer = join(hub)
    wish = View(1, max_width=320, max_height=320)
    asks(hub, viewer, TILE, wish)
    hub.grabber_said_hello(replace(HELLO, cameras=CAMERAS[:1]))
    (answer,) = drain(viewer)
    assert isinstance(answer, tuple)
    assert answer == (granted(TILE), GrantedView(0, 1, None, "there is no camera 1; there are: 0"))
    assert source.views() == (rounded(TILE),)


def test_the_same_wish_again_is_answered_again(hub: BundleHub, source: FakeSource) -> None:
    viewer = join(hub)
    asks(hub, viewer, TILE)
    demands = len(source.demands)
    assert asks(hub, viewer, TILE) == (granted(TILE),)
    assert len(source.demands) == demands
    assert asks(hub, viewer) == ()
    assert asks(hub, viewer) is None, "who wants no views hears nothing of them"
    assert source.views() == ()


def test_who_joins_a_view_gets_its_picture_at_once(
    hub: BundleHub, source: FakeSource, clock: Clock
) -> None:
    one, two = join(hub), join(hub)
    asks(hub, one, TILE)
    source.tick()
    for viewer in (one, two):
        drain(viewer)
    demands = len(source.demands)
    hub.subscribe_message(two, Subscribe(None, None, (TILE,)))
    assert drain(two)[1:] == [{TILE.id << 16: f"0.{TILE.id}#1"}]
    assert len(source.demands) == demands, "it is fresh: nothing is asked for"
    clock.now += 2
    source.tick(pictures=False)
    three = join(hub)
    hub.subscribe_message(three, Subscribe((), None, (TILE,)))
    assert drain(three)[1:] == [{}]
    assert source.demands[-1].refresh, "it is old"


def test_pictures_of_views_that_nobody_wants_are_forgotten(
    hub: BundleHub, source: FakeSource
) -> None:
    viewer = join(hub)
    asks(hub, viewer, TILE)
    source.tick()
    assert hub.pictures.get(TILE.id << 16) is not None
    hub.leave(viewer)
    assert hub.pictures.get(TILE.id << 16) is None
    assert hub.pictures.get(0) is not None


def test_subscribe_of_a_viewer_that_has_left_is_nothing(hub: BundleHub, source: FakeSource) -> None:
    viewer = join(hub)
    hub.leave(viewer)
    hub.subscribe_message(viewer, Subscribe(None, None, (TILE,)))
    viewer.outbox.ladder.rung = 2
    hub._step(viewer.outbox)
    assert source.demands[-1] == Demand(())
