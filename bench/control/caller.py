"""Set and read features: ``python -m bench.control.caller URL CAMERA RATE SECONDS TREE``.

``RATE`` times a second ExposureTime is set, whether the one before has been answered or not, as
a slider does. With ``TREE`` "tree" the state of all features is read again and again. The token is
in CAMSTRM_TOKEN. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from typing import Any

from camstrm.client.asyncio import Client, connect
from camstrm.errors import CallError

_FEATURE = "ExposureTime"


async def slide(client: Client, camera: str, rate: float, seconds: float) -> dict[str, Any]:
    """Set the feature; return how many of each outcome, and ms to the reply of those applied."""
    outcomes: Counter[str] = Counter()
    ages_ms: list[float] = []
    waiting: set[asyncio.Task[None]] = set()

    async def one(value: float) -> None:
        begin = time.monotonic()
        try:
            change = await client.set(camera, _FEATURE, value, clamp=True)
        except CallError as error:
            outcomes[error.code] += 1
            return
        outcomes["applied" if change.applied else "not applied"] += 1
        ages_ms.append(1e3 * (time.monotonic() - begin))

    begin = time.monotonic()
    for number in range(round(rate * seconds)):
        await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
        task = asyncio.create_task(one(500.0 + number % 100))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    if waiting:
        await asyncio.wait(waiting)
    return {"outcomes": dict(outcomes), "ages_ms": ages_ms}


async def read_tree(client: Client, camera: str, over: asyncio.Event) -> dict[str, Any]:
    """Read the state of all features until ``over``; return how often and how many."""
    count = features = 0
    while not over.is_set():
        try:
            features = len(await client.values(camera))
        except CallError:
            continue
        count += 1
    return {"reads": count, "features": features}


async def main(url: str, camera: str, rate: str, seconds: str, tree: str) -> None:
    token = os.environ["CAMSTRM_TOKEN"]
    over = asyncio.Event()
    async with connect(url, token=token, cameras=()) as client:
        reading = None
        if tree == "tree":
            reading = asyncio.create_task(read_tree(client, camera, over))
        async with client.lease(camera):
            await client.set(camera, "ExposureAuto", "Off")
            found = await slide(client, camera, float(rate), float(seconds))
        over.set()
        if reading is not None:
            found |= await reading
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
