"""A configuration that is read again: which processes start again."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from camstrm.config import CameraSettings, StreamSettings
from camstrm.grab.processes.camera_changes import CameraChanges
from tests.fakes.grabber.supervisor_rig import ONE, OTHER, Rig


def reload(rig: Rig, *cameras: CameraSettings, **stream: int) -> CameraChanges:
    """Take a configuration that was read again, in the loop."""

    async def take() -> CameraChanges:
        assert rig.supervisor is not None
        return rig.supervisor.reload(StreamSettings(**stream), cameras)

    return rig.loop.run_until_complete(take())


def test_a_reload_starts_the_process_of_a_changed_camera_again_and_no_other(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", OTHER))
    rig.streaming(0, 1)
    first, other = rig.links()
    left, right = (link.group.cameras[0].settings for link in rig.links())
    changes = reload(rig, left, replace(right, quality=50))
    assert changes.applied == ("quality of camera B",)
    rig.run(lambda: len(rig.links()) == 2 and rig.links()[1] is not other)
    rig.streaming(0, 1)
    assert rig.links()[0] is first
    assert rig.links()[1].group.cameras[0].settings.quality == 50
    assert other.ended
    assert rig.ledgers[1].status().restarts == 0, "it was wished, not a failure"


def test_a_reload_without_a_change_or_of_what_viewers_do_starts_nothing_again(rig: Rig) -> None:
    rig.start(("A", ONE))
    rig.streaming(0)
    (link,) = rig.links()
    (camera,) = link.group.cameras
    reload(rig, camera.settings)
    changes = reload(rig, replace(camera.settings, rotation=90, mirror=True))
    assert changes.applied == ("rotation of camera A", "mirror of camera A")
    assert (rig.ledgers[0].info.rotation, rig.ledgers[0].info.mirror) == (90, True)
    rig.loop.run_until_complete(asyncio.sleep(0))
    assert rig.links() == [link]
    assert not link.ended


def test_the_size_of_the_stream_is_that_of_each_camera_without_its_own(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", OTHER))
    rig.streaming(0, 1)
    before = rig.links()
    left, right = (link.group.cameras[0].settings for link in before)
    reload(rig, replace(left, quality=90), right, quality=70)
    rig.run(lambda: not {*before} & {*rig.links()} and len(rig.links()) == 2)
    rig.streaming(0, 1)
    assert {link.group.stream.quality for link in rig.links()} == {70}
    rest = rig.links()
    reload(rig, replace(left, quality=90), right, quality=60)
    rig.run(lambda: rig.links()[1:] != rest[1:] and len(rig.links()) == 2)
    assert rig.links()[0] is rest[0], "it has a quality of its own"


def test_what_was_set_live_gives_way_to_what_the_file_says_now(rig: Rig) -> None:
    rig.start(("A", ONE), ("B", OTHER), one="live")
    rig.streaming(0, 1)
    gain = rig.ledgers[0].live
    rig.run(lambda: len(rig.ledgers[0].live) > 0)
    gain = rig.ledgers[0].live
    left, right = (link.group.cameras[0].settings for link in rig.links())
    first = rig.links()[0]
    reload(rig, replace(left, features={gain[0].feature: 7.0}), right)
    assert rig.ledgers[0].live == ()
    rig.run(lambda: len(rig.links()) == 2 and rig.links()[0] is not first)
    assert rig.links()[0].group.live == {}


def test_two_reloads_at_once_start_one_process(rig: Rig) -> None:
    rig.start(("A", ONE))
    rig.streaming(0)
    (link,) = rig.links()
    (camera,) = link.group.cameras
    reload(rig, replace(camera.settings, quality=50))
    reload(rig, replace(camera.settings, quality=40))
    rig.run(lambda: rig.links() and rig.links()[0] is not link)
    rig.streaming(0)
    assert [found.group.cameras[0].settings.quality for found in rig.links()] == [40]
