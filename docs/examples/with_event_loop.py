"""Count the bundles of one second in an event loop: ``with_event_loop.py URL``."""

import asyncio
import sys

from camstrm.client.asyncio import connect


async def main(url: str) -> None:
    async with connect(url, max_fps=15) as client:
        end = asyncio.get_running_loop().time() + 1.0
        count = 0
        async for bundle in client:
            count += 1
            print(f"bundle {bundle.seq}: {', '.join(bundle)}")
            if asyncio.get_running_loop().time() > end:
                break
        print(f"{count} bundles")


asyncio.run(main(sys.argv[1]))
