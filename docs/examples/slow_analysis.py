"""Look at the newest picture now and then: ``slow_analysis.py URL CAMERA``.

What takes long gets fewer pictures, and each of them is new: a bundle is acknowledged when
the next one is asked for.
"""

import sys
import time

from camstrm.client.blocking import connect

url, camera = sys.argv[1:3]
with connect(url, cameras=[camera]) as client:
    for _ in range(5):
        picture = client.latest()[camera]
        print(f"frame {picture.frame_id}, {1000 * picture.age_s:.0f} ms old")
        time.sleep(0.2)  # something that takes long
