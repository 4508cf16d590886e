"""Get a part of a camera's picture in the sensor's own pixels: ``zoom.py URL CAMERA``."""

import sys

from camstrm.client.blocking import connect
from camstrm.client.wish import ViewWish

url, camera = sys.argv[1:3]
centre = ViewWish(camera, region=(128, 96, 256, 192))
with connect(url, cameras=[], views=[centre]) as client:
    for bundle in client:
        if centre in bundle.views:
            picture = bundle.views[centre]
            print(f"{picture.image().shape} of {picture.region}")
            break
        if client.refused_views():
            sys.exit(client.refused_views()[centre])
