from __future__ import annotations

from typing import Any

import pytest

from camstrm.viewing.texts import Texts
from camstrm.wire import CameraInfo, CameraState, CameraStatus, Hello, Status, ViewerStatus
from client_qt.model.display import Level
from client_qt.model.link import Changes, Link, describe_link, describe_title, together
from client_qt.model.viewer_model import ViewerModel
from client_qt.model.wording import clock_text
from tests.client_qt.viewing_vectors import vectors
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, picture_frame, state_frame

EN = Texts("en")
CLOCK = clock_text(BASE_US)
VECTORS = vectors("link")
LEVELS = {"live": Level.GOOD, "part": Level.WAITING, "wait": Level.WAITING, "bad": Level.BAD}
NAMES = ("left", "right", "top", "back", "front")


def live(count: int = 3) -> ViewerModel:
    model = ViewerModel()
    model.connection_opened(100)
    cameras = tuple(CameraInfo(i, NAMES[i]) for i in range(count))
    model.receive_hello(Hello("s1", cameras=cameras), 100)
    frames = [picture_frame(i, b"j", 640, 480) for i in range(count)]
    model.receive_bundle(bundle(1, *frames), 1000, 100)
    for camera in model.cameras.values():
        camera.show(BASE_US, model.clock, 100)
    return model


def states(model: ViewerModel, *changed: tuple[int, int]) -> None:
    wanted = dict.fromkeys(model.cameras, int(CameraState.STREAMING)) | dict(changed)
    model.receive_bundle(bundle(2, *(state_frame(i, s) for i, s in wanted.items())), 10, 100.1)
    statuses = tuple(CameraStatus(i, s, BASE_US) for i, s in wanted.items())
    model.receive_status(Status(BASE_US, cameras=statuses), 100.1)


def test_green_is_only_for_all_cameras() -> None:
    model = live()
    link = describe_link(model, EN, 100.1)
    assert (link.level, link.text, link.linked) == (Level.GOOD, "3 of 3 live", True)
    states(model, (1, CameraState.LOST))
    link = describe_link(model, EN, 100.2)
    assert (link.level, link.live, link.cameras) == (Level.WAITING, 2, 3)
    assert link.text == f"right: lost since {CLOCK} \u00b7 2 of 3 live"
    states(model, (0, CameraState.LOST), (1, CameraState.LOST), (2, CameraState.STALLED))
    assert describe_link(model, EN, 100.2).level is Level.BAD
    states(model, (0, CameraState.WAITING_FOR_TRIGGER))
    assert describe_link(model, EN, 100.2).level is Level.GOOD


def test_a_camera_whose_pictures_stay_out_is_named() -> None:
    model = live()
    for now in (101.0, 102.0):
        model.receive_bundle(bundle(3, picture_frame(0, b"j", 640, 480)), 10, now)
        for index in (0, 2):
            model.cameras[index].show(BASE_US + round((now - 100) * 1e6), model.clock, now)
    link = describe_link(model, EN, 102.1)
    assert link.text == f"right: no frames since {CLOCK} \u00b7 2 of 3 live"


def test_of_many_faults_some_are_named() -> None:
    model = live(5)
    states(model, *((i, CameraState.LOST) for i in range(4)))
    text = describe_link(model, EN, 100.2).text
    since = f"lost since {CLOCK}"
    assert text == f"left: {since} \u00b7 right: {since} \u00b7 2 more \u00b7 1 of 5 live"


def test_the_way_to_the_server() -> None:
    model = ViewerModel()
    assert describe_link(model, EN, 0).text == "connecting\u2026"
    model.connection_lost("connection refused", 2.0, 1)
    link = describe_link(model, EN, 1.5)
    assert (link.level, link.problem) == (Level.BAD, "connection refused")
    assert link.text == "server lost, reconnecting in 2 s"
    model.connection_opened(3)
    model.receive_hello(Hello("s"), 3)
    link = describe_link(model, EN, 3.1)
    assert (link.level, link.text) == (Level.WAITING, "the server has no cameras")
    assert describe_link(model, EN, 5.5).text == "no frame input"
    model.receive_status(Status(BASE_US, input="none", input_since_us=BASE_US), 5.6)
    link = describe_link(model, EN, 5.7)
    assert (link.level, link.text) == (Level.BAD, f"no frame input since {CLOCK}")


def test_smaller_pictures_are_said() -> None:
    model = live()
    model.receive_status(Status(BASE_US, viewer=ViewerStatus(1, reduced=640)), 100.1)
    link = describe_link(model, EN, 100.2)
    assert link.problem == "slow link: smaller pictures are sent (640 pixels)"


@pytest.mark.parametrize(
    ("links", "title"),
    [
        ([Link(Level.WAITING, "", live=2, cameras=3)], "(2/3) server - camstrm"),
        ([Link(Level.BAD, "")], "server - camstrm"),
        ([Link(Level.GOOD, "", live=1, cameras=1)] * 2, "(2/2) server - camstrm"),
    ],
)
def test_the_title_begins_with_how_many_deliver(links: list[Link], title: str) -> None:
    assert describe_title(links, "server", EN) == title


def test_several_servers_in_one_line() -> None:
    good = Link(Level.GOOD, "3 of 3 live", linked=True, live=3, cameras=3)
    bad = Link(Level.BAD, "connecting\u2026", cameras=1)
    assert together({"a:1": good}) == good
    both = together({"a:1": good, "b:2": bad})
    assert both.text == "a:1: 3 of 3 live \u00b7 b:2: connecting\u2026"
    assert (both.level, both.linked, both.live, both.cameras) == (Level.BAD, False, 3, 4)


@pytest.mark.parametrize("looks", VECTORS["changes"])
def test_each_change_is_found_once(looks: list[dict[str, Any]]) -> None:
    changes = Changes()
    for look in looks:
        assert changes.look(look["cameras"].items()) == (look["lost"], look["back"]), look


@pytest.mark.parametrize("case", VECTORS["strips"], ids=lambda case: case["text"])
def test_the_strip_names_what_is_wrong(case: dict[str, Any]) -> None:
    model = ViewerModel()
    model.connection_opened(100)
    cameras = list(enumerate(case["cameras"]))
    infos = tuple(CameraInfo(i, name) for i, (name, *_) in cameras)
    model.receive_hello(Hello("s1", cameras=infos), 100)
    frames = [picture_frame(i, b"j", 640, 480) for i, _ in cameras]
    model.receive_bundle(bundle(1, *frames), 1000, 100)
    for i, (_, _, _, old) in cameras:
        for now in (100, 101, 102):
            if now == 100 or not old:
                capture = BASE_US + (now - 100) * 1_000_000
                model.cameras[i].show(capture, model.clock, now)
    states = [state_frame(i, state) for i, (_, state, *_) in cameras]
    model.receive_bundle(bundle(2, *states), 10, 102)
    statuses = tuple(
        CameraStatus(i, state, BASE_US if timed else 0) for i, (_, state, timed, _) in cameras
    )
    model.receive_status(Status(BASE_US, cameras=statuses), 102)
    link = describe_link(model, EN, 102)
    assert link.text == case["text"].replace("TIME", CLOCK)
    assert link.level is LEVELS[case["mood"]]
