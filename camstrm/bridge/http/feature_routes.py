"""The feature tree of a camera over HTTP, cached by the hash of the camera's XML."""

from __future__ import annotations

from collections import OrderedDict

from aiohttp import web

from camstrm.bridge.http.camera_answers import camera_of, refused
from camstrm.bridge.http.state import STATE
from camstrm.errors import WireError
from camstrm.wire import Reply
from camstrm.wire.calls import unpack
from camstrm.wire.operations import FeatureTree, ReadFeatures

__all__ = ["TREES", "FeatureTrees", "features"]

MAX_TREES = 16
"""Trees that are kept: one for each model of camera, 100 to 300 KB."""


class FeatureTrees:
    """Keeps the trees that were asked for last, as JSON; belongs to the bridge's event loop."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, bytes] = OrderedDict()
        """By hash, the one that was asked for last at the end."""
        self._hashes: dict[str, str] = {}
        """What each camera's hash was at the last time, by the camera's name."""

    def hash_of(self, camera: str) -> str:
        """Return the hash of the tree that is kept for this camera, "" for none."""
        known = self._hashes.get(camera, "")
        return known if known in self._texts else ""

    def text_of(self, tree: FeatureTree, camera: str, text: bytes) -> bytes | None:
        """Keep a tree that was sent; return it, or the one that is kept of the same hash."""
        if tree.features or tree.hash not in self._texts:
            if not tree.features:
                return None
            self._texts[tree.hash] = text
        self._texts.move_to_end(tree.hash)
        self._hashes.pop(camera, None)
        self._hashes[camera] = tree.hash
        while len(self._texts) > MAX_TREES:
            self._texts.popitem(last=False)
        if len(self._hashes) > MAX_CAMERAS:
            del self._hashes[next(iter(self._hashes))]
        return self._texts[tree.hash]


MAX_CAMERAS = 1024
"""Names of cameras that are remembered."""

TREES: web.AppKey[FeatureTrees] = web.AppKey("feature trees", FeatureTrees)


async def features(request: web.Request) -> web.Response:
    """Answer ``/api/cameras/<name>/features``: the tree, or 304 (If-None-Match).

    The camera is asked each time, for no more than the hash: another camera may have taken its
    place.
    """
    trees = request.app[TREES]
    camera = camera_of(request)
    reply = await _ask(request, camera.index, trees.hash_of(camera.name))
    text = _text(trees, camera.name, reply)
    if text is None:
        # Its tree was dropped while the camera answered.
        reply = await _ask(request, camera.index, "")
        text = _text(trees, camera.name, reply)
    if text is None:
        raise web.HTTPBadGateway(text=f"camera {camera.name} says nothing of its features\n")
    etag = f'"{trees.hash_of(camera.name)}"'
    headers = {"ETag": etag}
    known = request.if_none_match or ()
    if any(tag.value in ("*", etag.strip('"')) for tag in known):
        return web.Response(status=304, headers=headers)
    return web.Response(body=text, content_type="application/json", headers=headers)


async def _ask(request: web.Request, camera: int, known: str) -> Reply:
    state = request.app[STATE]
    with state.limits.admit(request.remote or ""):
        reply, _ = await state.hub.calls.ask(camera, "features", ReadFeatures(known))
    if not reply.ok:
        raise refused(reply)
    return reply


def _text(trees: FeatureTrees, camera: str, reply: Reply) -> bytes | None:
    try:
        tree = unpack(reply.result, FeatureTree, "features")
    except WireError as error:
        raise web.HTTPBadGateway(text=f"the camera's answer is not understood: {error}\n") from None
    return trees.text_of(tree, camera, bytes(reply.result))
