"""Let the calling thread run before others: a real-time priority where the user allows it."""

from __future__ import annotations

import logging
import os
import threading

__all__ = ["ask_for_real_time"]

_log = logging.getLogger(__name__)

_PRIORITY = 1
"""Lowest of SCHED_FIFO: before all that is no real-time work, behind a maker's own threads."""

_NICE = -10
"""What is asked for where real time is refused."""

_ADVICE = (
    "To allow it, raise RLIMIT_RTPRIO: LimitRTPRIO=1 in a systemd unit, '- rtprio 1' in "
    "/etc/security/limits.conf, in a container 'ulimits: rtprio: 1' (or cap_add SYS_NICE for root)"
)


def ask_for_real_time(camera: str) -> bool:
    """Ask for SCHED_FIFO for the calling thread, else for a better nice value.

    Returns whether real time was granted. A refusal is one line in the log that names
    ``camera`` and says how to allow it; never raises.
    """
    thread = threading.get_native_id()
    if not hasattr(os, "sched_setscheduler"):
        _log.warning("camera %s: this system has no real-time priorities to ask for", camera)
        return False
    try:
        # Its children (there should be none) begin as normal processes again.
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(thread, policy, os.sched_param(_PRIORITY))
    except OSError as error:
        nice = f"nice {_NICE}" if _is_nice(thread) else "normal priority"
        why = error.strerror
        _log.warning(
            "camera %s: grabbed with %s, real time is refused (%s). %s", camera, nice, why, _ADVICE
        )
        return False
    _log.info("camera %s: grabbed with real-time priority %d", camera, _PRIORITY)
    return True


def _is_nice(thread: int) -> bool:
    try:
        os.setpriority(os.PRIO_PROCESS, thread, _NICE)
    except OSError:
        return False
    return True
