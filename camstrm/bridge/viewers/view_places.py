"""ViewPlaces: which views are made at the same time, one place each."""

from __future__ import annotations

from collections import Counter

from camstrm.wire.views import MAX_SMALL_VIEWS, View

__all__ = ["ViewPlaces"]


class ViewPlaces:
    """Counts views as wire.admitted does, which the grabber goes by: what fits here is made.

    ``most``: places of the grabber (``stream.max_views``); small whole pictures have some of
    their own.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._views: dict[int, View] = {}
        """What has a place, by id."""
        self._small: Counter[int] = Counter()
        """Small whole pictures among them, by camera."""
        self._large = 0
        """The others among them."""

    def get(self, number: int) -> View | None:
        """Return the view with this id that has a place."""
        return self._views.get(number)

    def holds(self, view: View, number: int) -> bool:
        """Return whether the view, whose id is ``number``, has a place."""
        return self._views.get(number) == view

    def take(self, view: View, number: int) -> bool:
        """Give a view a place; return False if none is free, or another one has its id."""
        found = self._views.get(number)
        if found is not None:
            return found == view
        extra = not view.small or self._small[view.camera] >= MAX_SMALL_VIEWS
        if extra and self._used() >= self._most:
            return False
        self._views[number] = view
        if view.small:
            self._small[view.camera] += 1
        else:
            self._large += 1
        return True

    def leave(self, number: int) -> None:
        """Free the place of the view with this id."""
        view = self._views.pop(number)
        if view.small:
            self._small[view.camera] -= 1
        else:
            self._large -= 1

    def _used(self) -> int:
        beyond = (n - MAX_SMALL_VIEWS for n in self._small.values() if n > MAX_SMALL_VIEWS)
        return self._large + sum(beyond)
