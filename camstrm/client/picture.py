"""Picture: one camera's part of a bundle, decoded when asked for."""

from __future__ import annotations

from typing import Literal

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from camstrm.client.jpeg_scans import costly_kind
from camstrm.errors import WireError
from camstrm.wire import CameraFrame, CameraInfo, Encoding, FrameFlag, Region

__all__ = ["MAX_PIXELS", "Picture", "jpeg_size"]

MAX_PIXELS = 64_000_000
"""Larger pictures are refused before memory is used: 64 MP are 192 MB decoded."""

ColorSpace = Literal["RGB", "BGR", "GRAY"]


class Picture:
    """A picture of a camera: what its header says, and the pixels when they are asked for.

    It keeps the memory of the bundle that it came with.
    """

    __slots__ = ("age_s", "camera", "frame")

    def __init__(self, camera: CameraInfo, frame: CameraFrame, age_s: float) -> None:
        self.camera = camera
        """Which camera it is of."""
        self.frame = frame
        """The entry of the bundle as it came."""
        self.age_s = age_s
        """How old it was when it arrived here, in seconds: by the server's clock, whose offset is
        found from the fastest of the messages. Right to the time that these need for the way."""

    def __repr__(self) -> str:
        frame = self.frame
        return f"<Picture {self.camera.name!r} {frame.width}x{frame.height} frame {self.frame_id}>"

    @property
    def jpeg(self) -> memoryview:
        """The picture as it came, a whole JPEG file."""
        return memoryview(self.frame.payload)

    @property
    def frame_id(self) -> int | None:
        """The camera's number of the frame, None where it gives none."""
        return self.frame.frame_id if self.frame.flags & FrameFlag.FRAME_ID else None

    @property
    def device_timestamp_ns(self) -> int | None:
        """The camera's clock in nanoseconds of any epoch, None where it gives none."""
        valid = self.frame.flags & FrameFlag.DEVICE_TIMESTAMP
        return self.frame.device_timestamp_ns if valid else None

    @property
    def capture_time_us(self) -> int:
        """When the frame arrived at the server, microseconds of UTC by the server's clock."""
        return self.frame.capture_time_us

    @property
    def region(self) -> Region:
        """The part of the camera's frame that the picture shows, in pixels of the frame."""
        frame = self.frame
        if frame.view and frame.region_width:
            return Region(frame.x, frame.y, frame.region_width, frame.region_height)
        return Region(0, 0, frame.source_width or frame.width, frame.source_height or frame.height)

    def image(
        self, colorspace: ColorSpace | None = None, *, exact: bool = False
    ) -> NDArray[np.uint8]:
        """Decode the picture into an array of uint8 that nobody else holds.

        ``colorspace``: "RGB" and "BGR" (as OpenCV wants it) give (height, width, 3), "GRAY" gives
        (height, width); None: grey pictures as "GRAY", others as "RGB". ``exact``: with
        libjpeg's accurate arithmetic, which differs by a few values of 255 and takes 1.3 times
        as long. Raises WireError for a JPEG that is not what the header says.
        """
        what = f"picture of camera {self.camera.name!r}"
        grey = jpeg_size(self.frame, what)[2] == "Gray"
        wanted = colorspace or ("GRAY" if grey else "RGB")
        try:
            pixels = simplejpeg.decode_jpeg(
                self.frame.payload, colorspace=wanted, fastdct=not exact, fastupsample=not exact
            )
        except (ValueError, RuntimeError) as error:
            raise WireError(what, f"damaged JPEG ({error})") from None
        image: NDArray[np.uint8] = pixels[:, :, 0] if wanted == "GRAY" else pixels
        return image


def jpeg_size(frame: CameraFrame, what: str) -> tuple[int, int, str]:
    """Return width, height and kind of colours of a JPEG, held against its header's size.

    ``what`` is how an error names the picture. Memory follows the JPEG's header: raises WireError
    for another encoding, another size than the entry says, more than MAX_PIXELS, and a JPEG that
    costs much more than its pixels.
    """
    if frame.encoding != Encoding.JPEG:
        raise WireError(what, f"encoding {frame.encoding}, this viewer knows JPEG (1)")
    try:
        height, width, colors, _ = simplejpeg.decode_jpeg_header(frame.payload)
    except (ValueError, RuntimeError) as error:
        raise WireError(what, f"not a JPEG ({error})") from None
    if (width, height) != (frame.width, frame.height):
        raise WireError(
            what, f"JPEG is {width}x{height}, its header says {frame.width}x{frame.height}"
        )
    if width * height > MAX_PIXELS:
        raise WireError(what, f"{width}x{height} is above {MAX_PIXELS // 1_000_000} megapixels")
    if kind := costly_kind(frame.payload):
        raise WireError(what, f"a JPEG that is {kind}; wanted a sequential one in one scan")
    return width, height, colors
