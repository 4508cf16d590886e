"""What the routes of the bridge share."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from camstrm.bridge.control.role import Grant
from camstrm.bridge.control.room import ControlRoom
from camstrm.bridge.http.auth import TokenCheck
from camstrm.bridge.http.certificate import Certificate
from camstrm.bridge.http.limits import ClientLimits
from camstrm.bridge.http.origin import HostRules
from camstrm.bridge.http.places import Places
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.config import BridgeSettings
from camstrm.feed.listener import FeedListener

__all__ = ["GRANT", "STATE", "BridgeState"]


@dataclass
class BridgeState:
    """The parts of one running bridge; only a reload (reload.py) puts others in their place."""

    settings: BridgeSettings
    hub: BundleHub
    control: ControlRoom
    listener: FeedListener
    tokens: TokenCheck
    hosts: HostRules
    limits: ClientLimits
    places: Places
    certificate: Certificate | None = None
    """None: without TLS."""


STATE: web.AppKey[BridgeState] = web.AppKey("bridge", BridgeState)

GRANT: web.RequestKey[Grant] = web.RequestKey("grant", Grant)
"""What the token of a request is good for; set for every request that has passed the guard."""
