"""What the calls for features need of a camera: its control thread and its live values.

``acquisition.control`` has them. Tests have others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from camstrm.acquisition.features.description import CameraDescription
from camstrm.errors import CamstrmError
from camstrm.feature import FeatureSetting, FeatureValue, Selectors

__all__ = ["Control", "Live", "OpenCamera"]

T = TypeVar("T")


class OpenCamera(Protocol):
    """A camera as a job sees it."""

    @property
    def node_map(self) -> Any: ...

    def description(self) -> CameraDescription: ...

    def remembering(self) -> AbstractContextManager[None]: ...


class Live(Protocol):
    """See LiveValues."""

    def differing(self) -> tuple[FeatureSetting, ...]: ...

    def written(self, features: Iterable[str]) -> None: ...

    def configured(
        self, feature: str, selectors: Selectors | None = None
    ) -> FeatureValue | None: ...

    def note(self, *settings: FeatureSetting) -> None: ...

    def forget(self, settings: tuple[FeatureSetting, ...]) -> None: ...


class Control(Protocol):
    """See CameraControl."""

    @property
    def live(self) -> Live: ...

    @property
    def pressed(self) -> bool: ...

    def submit(self, job: Callable[[Any], T], done: Callable[[T | CamstrmError], None]) -> None: ...

    def submit_watch(
        self, look: Callable[[Any], T | None], done: Callable[[T | CamstrmError | None], None]
    ) -> None: ...

    def while_stopped(
        self, job: Callable[[Any], T], undo: Callable[[Any], None]
    ) -> tuple[T, float]: ...

    def reconnect(self) -> None: ...
