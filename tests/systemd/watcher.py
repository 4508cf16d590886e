"""A viewer that writes what it sees, a JSON line each: run inside, with the token's file.

{"t": seconds, "input": "ok"}    the input has changed (from the status)
{"t": seconds, "bundles": 30}    bundles in the last second
{"t": seconds, "lost": "..."}    the connection is gone; it connects again every 0.2 s
{"t": seconds, "connected": true}
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path

import aiohttp


def say(**what: object) -> None:
    print(json.dumps({"t": time.monotonic(), **what}), flush=True)


async def watch(url: str, token_file: str) -> None:
    token = (await asyncio.to_thread(Path(token_file).read_text)).strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.ws_connect(url, max_msg_size=0) as viewer,
    ):
        say(connected=True)
        state, bundles, second = "", 0, time.monotonic() + 1
        async for message in viewer:
            if message.type == aiohttp.WSMsgType.BINARY:
                bundles += 1
            else:
                found = json.loads(message.data)
                if found["type"] == "status" and found["input"] != state:
                    state = found["input"]
                    say(input=state)
            if time.monotonic() >= second:
                say(bundles=bundles)
                bundles, second = 0, time.monotonic() + 1


async def main() -> None:
    url, token_file = sys.argv[1:]
    while True:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            await watch(url, token_file)
        say(lost=True)
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main())
