"""NodeSerialWarning: says once that a camera's node map has another serial number."""

from __future__ import annotations

import logging

__all__ = ["NodeSerialWarning"]

_log = logging.getLogger(__name__)


class NodeSerialWarning:
    """Warns of one camera, again when its node says something else. Used by the worker thread."""

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._warned = ""
        """What the node DeviceSerialNumber said when that was warned of last, empty for none."""

    def check(self, serial: str, of_node: str) -> None:
        """Warn if ``of_node`` is not empty: another number than the camera's, ``serial``."""
        if of_node and of_node != self._warned:
            _log.warning(
                "camera %s: its serial number is %r, but its node DeviceSerialNumber says %r; "
                "the first one counts",
                self._camera,
                serial,
                of_node,
            )
        self._warned = of_node
