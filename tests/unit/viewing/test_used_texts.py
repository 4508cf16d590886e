"""Every text is shown by the page or the Qt viewer, and every text that they show exists."""

from __future__ import annotations

import re
from pathlib import Path

from camstrm.viewing.keys import viewer_actions
from camstrm.viewing.texts import table

ROOT = Path(__file__).parents[3]
SOURCES = [
    *(ROOT / "client_qt").rglob("*.py"),
    *(ROOT / "camstrm" / "bridge" / "page" / "static").rglob("*.js"),
    ROOT / "camstrm" / "bridge" / "page" / "static" / "index.html",
    *(ROOT / "camstrm" / "bridge" / "http").glob("*.py"),
]
TEXTS = table("en")
AREAS = "|".join(sorted({key.partition(".")[0] for key in TEXTS}))
QUOTED = re.compile(rf"[\"'`]((?:{AREAS})\.[\w.]*)(\$?\{{)?")

_ACTIONS = [action.id for action in viewer_actions()]
_GROUPS = {action.group for action in viewer_actions()}
COMPUTED: dict[str, str] = {
    "action.": " ".join(_ACTIONS),
    "connect.certificate.": "unknown changed subject issuer valid fingerprint"
    " fingerprint_trusted fingerprint_now problem",
    "connect.fail.": "token_needed token_wrong http refused no_host no_tls tls certificate"
    " certificate_changed proxy unreachable other unknown",
    "connection.": "server megabits bundles round_trip window decode skipped viewers me",
    "connection.skip_": "slow_link unacknowledged max_fps",
    "connection.call_": "no_server no_server_remedy none none_remedy many many_remedy",
    "diagnose.level.": "error warning note ok",
    "events.": "lost back reconfigured restarted grabber_lost grabber_back server_lost"
    " server_back cameras changed executed kept reconnect lease lease_taken"
    " lease_free shared unshared",
    "events.filter_": "all faults changes",
    "features.level.": "Beginner Expert Guru",
    "features.only.": "all changed favourites",
    "group.": " ".join(_GROUPS),
    "login.": "needed needed_title wrong wrong_title over over_title label open where help",
    "measure.": "mean minimum maximum deviation clipped black",
    "measure.focus.": "rising falling steady",
    "measure.region.": "whole visible centre drawn",
    "panel.": "setup features sets measure diagnose events connection share layouts settings",
    "sets.diff.": "feature file camera",
    "sets.run.": "waiting running done all failed",
    "setup.auto.": "off once continuous",
    "setup.card.": "exposure gain black gamma white rate region format trigger indicator",
    "setup.enable.": "rate black gamma",
    "setup.lease.": "take give ask pass force waiting queue other",
    "setup.region.": "x y width height",
    "setup.trigger.": "mode selector source activation delay",
    "setup.trigger.fire.": "hint off",
    "setup.white.": "red green blue",
    "share.hours.": "1 8 24 168 720",
    "shell.": "language theme contrast info sound",
    "shell.layout_": "auto grid large",
    "states.": "closed opening streaming stalled lost backing_off unsupported_format"
    " waiting_for_a_trigger reconfiguring no_new_picture waiting_for_a_picture",
    "tools.grid.": "thirds pixels mm",
}
"""Keys that are put together in the code: the part that is written there, and what follows it."""

SETTINGS = {
    "features.closed", "features.favourites", "measure.profile_whole", "sets.folder",
    "tools.crosshair", "tools.grid", "tools.on", "tools.scales", "window.geometry",
}  # fmt: skip
"""Names of a person's settings that look like keys of texts."""


def quoted() -> tuple[set[str], set[str]]:
    """Return what stands in quotes and looks like a key, and such parts before a value."""
    whole: set[str] = set()
    begun: set[str] = set()
    for file in SOURCES:
        for key, value in QUOTED.findall(file.read_text("utf-8")):
            (begun if value else whole).add(key)
    return whole, begun


def test_every_text_that_is_shown_exists() -> None:
    whole, begun = quoted()
    assert sorted(whole - SETTINGS - TEXTS.keys()) == []
    assert sorted(begun ^ COMPUTED.keys()) == []
    assert [key for key in computed() if key not in TEXTS] == []


def test_every_text_is_shown() -> None:
    shown = quoted()[0] | computed()
    shown |= {f"{key}.one" for key in shown}
    assert sorted(TEXTS.keys() - shown) == []


def computed() -> set[str]:
    return {start + end for start, ends in COMPUTED.items() for end in ends.split()}
