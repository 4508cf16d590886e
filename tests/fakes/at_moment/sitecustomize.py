"""Python runs this at its start when this folder is in PYTHONPATH: a signal at a given moment.

``CAMSTRM_SIGNAL_AT=EVENT:COUNT``: the process sends itself SIGTERM when this audit event (Python's
table of audit events) has come so often. Only the process that was started so: its children's
environment does not say it.
"""

from __future__ import annotations

import os
import signal
import sys

_event, _, _count = os.environ.pop("CAMSTRM_SIGNAL_AT", "").partition(":")
_left = [int(_count or 0)]


def _look(event: str, _: object) -> None:
    if event == _event:
        _left[0] -= 1
        if _left[0] == 0:
            os.kill(os.getpid(), signal.SIGTERM)


if _event:
    sys.addaudithook(_look)
