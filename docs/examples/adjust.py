"""Halve the exposure until nothing is clipped: ``adjust.py URL CAMERA``.

The URL is the one to control, which ``camstrm bridge`` prints.
"""

import sys

from camstrm.client.blocking import connect
from camstrm.errors import CallError

url, camera = sys.argv[1:3]
with connect(url, cameras=[]) as client:
    try:
        exposure = client.values(camera, "ExposureTime")["ExposureTime"]
        print(f"exposure {exposure.value}, {exposure.minimum} to {exposure.maximum}")
        wanted = float(exposure.value)
        with client.lease(camera):
            for _ in range(3):
                clipped = max(channel.clipped for channel in client.measure(camera).channels)
                print(f"{clipped:.2f} % of the pixels are clipped at {wanted:g}")
                if clipped < 0.1:
                    break
                wanted = max(wanted / 2, exposure.minimum)
                change = client.set(camera, "ExposureTime", wanted)
                print(f"the camera has {change.value} now {change.reason}")
    except CallError as error:
        sys.exit(str(error))
