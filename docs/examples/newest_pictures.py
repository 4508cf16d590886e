"""Show how old the newest picture of each camera is: ``newest_pictures.py URL``."""

import sys

from camstrm.client.blocking import connect

with connect(sys.argv[1]) as client:
    for number, bundle in enumerate(client, 1):
        for name, picture in bundle.items():
            image = picture.image()  # (height, width, 3) uint8 RGB, or (height, width) grey
            print(f"{name}: {image.shape}, {1000 * picture.age_s:.0f} ms old")
        if number == 30:
            break
