"""Set what is locked while a camera streams: stop, set, start, with the camera left open."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.gentl.errors import camera_errors
from camstrm.errors import CamstrmError

__all__ = ["stop_set_start"]

_log = logging.getLogger(__name__)

S = TypeVar("S")
T = TypeVar("T")


def stop_set_start(
    camera: Camera,
    restart: Callable[[Camera], S],
    job: Callable[[Camera], T],
    undo: Callable[[Camera], None],
    *,
    text_encoding: str,
) -> tuple[S, T | CamstrmError]:
    """Return how the stream was started by ``restart``, and what ``job`` returned or raised.

    Called with the camera's lock, while nobody drains the stream. Where ``job`` raises, or the
    camera cannot be started after it, ``undo`` is to bring the old values back. Raises
    CameraError if the stream could not be started, also not with these.
    """
    camera.stop()
    outcome: T | CamstrmError
    try:
        with camera_errors(camera.name, "setting it", text_encoding):
            outcome = job(camera)
        return restart(camera), outcome
    except CamstrmError as error:
        outcome = error
    _log.info("camera %s: its old values come back: %s", camera.name, outcome)
    camera.abandon_start()
    try:
        with camera_errors(camera.name, "bringing old values back", text_encoding):
            undo(camera)
    except CamstrmError as error:
        _log.warning("%s", error)
    return restart(camera), outcome
