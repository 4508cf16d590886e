"""What the viewer asks of the server, without Qt."""

from __future__ import annotations

from camstrm.wire import CameraFrame, GrantedView, Region, Subscribe, View
from client_qt.model.subscription import Subscription

PART = View(0, Region(8, 0, 64, 64), 80, 80)
SMALL = View(0, None, 320, 240)


def entry(camera: int, view: int = 0) -> CameraFrame:
    return CameraFrame(camera, 2, view=view)


def granted(view: View) -> GrantedView:
    return GrantedView(view.id, view.camera, view.region)


def refused(camera: int, why: str) -> GrantedView:
    return GrantedView(0, camera, refused=why)


def test_what_a_new_viewer_gets_is_not_asked_for() -> None:
    wishes = Subscription()
    assert wishes.update((), (), everything=True) is None
    assert wishes.update((0, 1), (), everything=True) is None
    assert wishes.update((1,), (), everything=False) == Subscribe((1,))
    assert wishes.update((1,), (), everything=False) is None
    assert wishes.update((), (), everything=False) == Subscribe(())


def test_a_part_comes_beside_the_whole_picture_a_small_one_instead_of_it() -> None:
    wishes = Subscription()
    assert wishes.update((0, 1), (PART,), everything=True) == Subscribe(None, views=(PART,))
    assert wishes.update((0, 1), (SMALL,), everything=True) == Subscribe((1,), views=(SMALL,))
    assert wishes.update((0,), (SMALL,), everything=False) == Subscribe((), views=(SMALL,))


def test_only_granted_views_are_shown_and_none_that_was_given_up() -> None:
    wishes, other = Subscription(), View(0, Region(16, 0, 64, 64), 80, 80)
    wishes.update((0,), (PART,), everything=True)
    assert not wishes.wants(entry(0, PART.id)), "not answered yet"
    wishes.answered((granted(PART),))
    assert wishes.wants(entry(0, PART.id))
    wishes.update((0,), (other,), everything=True)
    assert wishes.wants(entry(0, PART.id)), "until the new one is answered"
    wishes.answered((granted(other),))
    assert [wishes.wants(entry(0, v.id)) for v in (PART, other)] == [False, True]
    wishes.update((0,), (), everything=True)
    assert not wishes.wants(entry(0, other.id))


def test_the_usual_picture_does_until_the_small_one_comes() -> None:
    wishes = Subscription()
    wishes.update((0,), (SMALL,), everything=False)
    wishes.answered((granted(SMALL),))
    assert wishes.wants(entry(0)), "on a slow link it comes instead of the small one"
    assert not wishes.wants(entry(1))


def test_a_part_is_one_even_if_it_shows_all() -> None:
    wishes, all_of_it = Subscription(), View(0, Region(0, 0, 640, 480), 640, 480)
    wishes.update((0, 1), (all_of_it, View(1, None, 80, 80)), everything=True)
    wishes.answered((granted(all_of_it), granted(View(1, None, 80, 80))))
    assert wishes.is_part(entry(0, all_of_it.id))
    assert not wishes.is_part(entry(1, View(1, None, 80, 80).id))
    assert not wishes.is_part(entry(0))


def test_a_refusal_is_said_once_and_the_whole_picture_comes_instead() -> None:
    wishes, why = Subscription(), "8 different views are watched already"
    wishes.update((0, 1), (SMALL,), everything=True)
    assert wishes.answered((refused(0, why),)) == [refused(0, why)]
    message = wishes.update((0, 1), (SMALL,), everything=True)
    assert message == Subscribe(None, views=(SMALL,)), "it may be granted later"
    assert wishes.answered((refused(0, why),)) == [], "said already"
    assert len(wishes.answered((refused(0, "another reason"),))) == 1
    wishes.answered((granted(SMALL),))
    assert wishes.update((0, 1), (SMALL,), everything=True) == Subscribe((1,), views=(SMALL,))


def test_answers_of_an_old_connection_do_not_hold() -> None:
    wishes = Subscription()
    wishes.update((0,), (PART,), everything=True)
    wishes.answered((granted(PART),))
    wishes.forget_answers()
    assert not wishes.wants(entry(0, PART.id))
