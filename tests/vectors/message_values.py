"""What the messages among the vectors are made of."""

from __future__ import annotations

T0 = 1_700_000_000_000_000

LIMITS = {
    "window": 2,
    "max_message_size": 4096,
    "stream_fps": 30.0,
    "max_calls": 0,
    "max_views": 0,
}
LIMITS_SAID = {
    "window": 4,
    "max_message_size": 1024,
    "stream_fps": 15.5,
    "max_calls": 8,
    "max_views": 3,
}
CAMERA = {
    "index": 0,
    "name": "left",
    "serial": "DA9795503",
    "model": "MV-CA003",
    "vendor": "Hik",
    "rotation": 270,
    "mirror": True,
}
LONGEST = {"name": "\U0001f4f7" * 64, "vendor": "e" * 256}
UPRIGHT = {"rotation": 0, "mirror": False}
CAMERA_STATUS = {
    "index": 0,
    "state": 2,
    "since_us": T0,
    "reason": "",
    "pixel_format": "BayerRG8",
    "width": 640,
    "height": 480,
    "delivered": 12000,
    "incomplete": 1,
    "rejected": 2,
    "underrun": 3,
    "overwritten": 11100,
    "gaps": 4,
    "encoded": 900,
    "missed": 5,
    "reconnects": 6,
    "restarts": 7,
    "reconfigured": 8,
    "grab_fps": 400.125,
    "sent_fps": 30.0,
    "interval_us": 2500,
    "differs": 2,
}
CAMERA_ZERO = {
    key: 0 if isinstance(value, int) else 0.0 if isinstance(value, float) else ""
    for key, value in CAMERA_STATUS.items()
}
VIEWER = {
    "id": 1,
    "sent": 900,
    "skipped": 3,
    "reason": "slow",
    "in_flight": 1,
    "sent_fps": 29.5,
    "name": "kim",
    "role": "control",
    "reduced": 640,
    "window": 2,
    "round_trip_us": 21000,
    "skips": {"slow link": 2, "max_fps": 1},
}
VIEWER_LATER = ("name", "role", "reduced", "window", "round_trip_us", "skips")
"""Members that older servers do not say."""
STATUS = {
    "type": "status",
    "time_us": T0,
    "input": "ok",
    "input_since_us": T0 - 1,
    "bundle_fps": 30.0,
    "bundles": 900,
    "bundles_dropped": 8,
    "cameras": [CAMERA_STATUS],
    "viewers": 2,
    "viewer": VIEWER,
}


GRANTED = {"view": 0, "camera": 0, "region": None, "refused": ""}
LEASE = {"camera": 0, "holder": "", "viewer": 0, "until_us": 0, "asked_by": ""}
