from __future__ import annotations

import pytest

from camstrm.bridge.http.places import Places, network_of


class Guest:
    def __init__(self, address: str, name: str = "") -> None:
        self.address = address
        self.name = name
        self.gone = False

    def evict(self) -> None:
        self.gone = True


def entered(places: Places, *addresses: str) -> list[Guest]:
    guests = [Guest(address) for address in addresses]
    assert all(places.enter(guest) for guest in guests)
    return guests


def gone(guests: list[Guest]) -> list[int]:
    return [number for number, guest in enumerate(guests) if guest.gone]


def test_a_newcomer_takes_the_place_of_the_stranger_that_has_waited_longest() -> None:
    places = Places(total=3, per_address=3, unknown=3)
    guests = entered(places, "a", "a", "a", "a", "a")
    assert gone(guests) == [0, 1]
    assert (len(places), places.evicted, places.refused) == (3, 2, 0)


def test_whoever_has_most_places_loses_them_first() -> None:
    places = Places(total=4, per_address=4, unknown=4)
    guests = entered(places, "slow", "flood", "flood", "flood", "new", "newer")
    assert gone(guests) == [1, 2], "the first one is older, but has one place only"


def test_strangers_have_fewer_places_than_all() -> None:
    places = Places(total=10, per_address=10, unknown=2)
    known = entered(places, "a", "a")
    for guest in known:
        places.begin(guest)
    strangers = entered(places, "a", "a", "a")
    assert gone(known) == []
    assert gone(strangers) == [0]


def test_a_full_address_makes_room_among_its_own() -> None:
    places = Places(total=10, per_address=2, unknown=10)
    guests = entered(places, "other", "a", "a", "a")
    assert gone(guests) == [1]


def test_who_has_shown_a_token_goes_after_those_who_have_not() -> None:
    places = Places(total=3, per_address=3, unknown=3)
    first, second, third = entered(places, "a", "a", "a")
    for guest in (first, second):
        places.begin(guest)
        places.end(guest)
    entered(places, "a")
    assert (first.gone, third.gone) == (False, True)
    places.begin(second)
    places.end(second)
    entered(places, "a")
    assert not first.gone, "the stranger that came before goes first"


def test_idle_connections_make_room_in_the_order_of_their_last_request() -> None:
    places = Places(total=2, per_address=2, unknown=2)
    first, second = entered(places, "a", "a")
    for guest in (second, first):
        places.begin(guest)
        places.end(guest)
    newcomer = Guest("b")
    assert places.enter(newcomer)
    places.begin(newcomer)
    assert (first.gone, second.gone) == (False, True)


@pytest.mark.parametrize(("total", "per_address"), [(2, 9), (9, 2)])
def test_requests_that_are_under_way_are_never_disturbed(total: int, per_address: int) -> None:
    places = Places(total, per_address, unknown=9)
    busy = entered(places, "a", "a")
    for guest in busy:
        places.begin(guest)
    assert not places.enter(Guest("a"))
    assert places.refused == 1
    places.end(busy[1])
    assert places.enter(Guest("a"))
    assert gone(busy) == [1]


def test_a_place_is_given_back_once() -> None:
    places = Places(total=1, per_address=1, unknown=1)
    (guest,) = entered(places, "a")
    places.begin(guest)
    for _ in range(2):
        places.leave(guest)
        places.end(guest)
    assert (len(places), places.of("a")) == (0, 0)
    entered(places, "a")
    assert places.evicted == 0


def test_room_is_made_for_as_many_as_asked() -> None:
    places = Places(total=5, per_address=5, unknown=5)
    guests = entered(places, *"aaaaa")
    places.begin(guests[0])
    places.make_room(2)
    assert gone(guests) == [1, 2]
    places.make_room(9)
    assert gone(guests) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (("192.0.2.7", 5000), "192.0.2.7"),
        (("::ffff:192.0.2.7", 5000, 0, 0), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 5000, 0, 0), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 5000, 0, 2), "fe80::/64"),
        ("", ""),
        (b"\0abstract", ""),
    ],
)
def test_an_ipv6_network_counts_as_one(address: object, network: str) -> None:
    assert network_of(address) == network
