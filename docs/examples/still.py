"""Save one frame with all its bits: ``still.py URL CAMERA FILE.tiff``."""

import sys
from pathlib import Path

from camstrm.client.blocking import connect

url, camera, path = sys.argv[1:4]
with connect(url, cameras=[]) as client:
    still = client.still(camera, "tiff")
    Path(path).write_bytes(still.data)
    print(f"{path}: {len(still.data)} bytes, {still.image().shape} {still.image().dtype}")
