"""Watch views of one camera: ``python -m bench.views.reader URL CAMERA COUNT SECONDS``.

``COUNT`` different regions of 640x640 beside the whole pictures of all cameras; nothing is decoded.
The token is in CAMSTRM_TOKEN. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import defaultdict

from camstrm.client.asyncio import connect
from camstrm.client.wish import ViewWish

SIDE = 640

_SETTLE_S = 2.0


async def main(url: str, camera: str, count: str, seconds: str) -> None:
    views = [ViewWish(camera, (320 * i, 640 + 8 * i, SIDE, SIDE)) for i in range(int(count))]
    ages_ms: dict[str, list[float]] = defaultdict(list)
    bundles = 0
    clock = asyncio.get_running_loop().time
    async with connect(url, token=os.environ["CAMSTRM_TOKEN"], views=views) as client:
        begin_s = clock() + _SETTLE_S
        async for bundle in client:
            if clock() < begin_s:
                continue
            if clock() > begin_s + float(seconds):
                break
            bundles += 1
            if camera in bundle:
                ages_ms["overview"].append(1e3 * bundle[camera].age_s)
            for picture in bundle.views.values():
                ages_ms["views"].append(1e3 * picture.age_s)
        refused = list(client.refused_views().values())
    print(json.dumps({"bundles": bundles, "ages_ms": ages_ms, "refused": refused}))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
