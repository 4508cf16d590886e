"""What the routes of the bridge share."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from camstrm.bridge.auth import TokenCheck
from camstrm.bridge.hub import BundleHub
from camstrm.bridge.limits import ClientLimits
from camstrm.bridge.origin import HostRules
from camstrm.bridge.subscriber import BundleSubscriber
from camstrm.config import BridgeSettings

__all__ = ["STATE", "BridgeState"]


@dataclass(frozen=True)
class BridgeState:
    """The parts of one running bridge."""

    settings: BridgeSettings
    hub: BundleHub
    subscriber: BundleSubscriber
    tokens: TokenCheck
    hosts: HostRules
    limits: ClientLimits


STATE: web.AppKey[BridgeState] = web.AppKey("bridge", BridgeState)
