"""From the JPEG of one camera to an image that Qt draws without another copy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from camstrm.client.picture import MAX_PIXELS, jpeg_size
from camstrm.errors import WireError
from camstrm.wire import CameraFrame
from client_qt.model.zebra import paint_stripes

__all__ = ["MAX_PIXELS", "DecodedPicture", "Zebra", "decode_picture", "pixels_after"]


_FINE_WIDTH, _FINEST = 1000, 8
"""Pixels of stripes for a small picture, and for one of its pixels at most."""


@dataclass(frozen=True, eq=False)
class Zebra:
    """``image`` shows ``pixels``; ``percent`` of the picture's pixels are clipped."""

    image: QImage
    pixels: NDArray[np.uint8]
    percent: float


@dataclass(frozen=True, eq=False)
class DecodedPicture:
    """A decoded picture.

    ``pixels`` is (height, width, 4) uint8 BGRX and owns the memory that ``image`` shows;
    whoever keeps the image keeps this object. ``full_size`` is the JPEG's (width,
    height): the image is a half, quarter or eighth of it when the view is small.
    """

    image: QImage
    pixels: NDArray[np.uint8]
    full_size: tuple[int, int]

    @cached_property
    def zebra(self) -> Zebra:
        """Stripes over what is clipped; made beside the UI thread where that is asked for."""
        # An enlarged part has few pixels, and stripes finer than these.
        finer = max(1, min(_FINEST, round(_FINE_WIDTH / max(self.pixels.shape[:2]))))
        pixels = self.pixels
        if finer > 1:
            pixels = pixels.repeat(finer, axis=0).repeat(finer, axis=1)
        found, count = paint_stripes(pixels)
        rows, columns = pixels.shape[:2]
        form = QImage.Format.Format_ARGB32_Premultiplied
        image = QImage(found.data, columns, rows, columns * 4, form)
        return Zebra(image, found, 100 * count / (rows * columns))

    def on_its_side(self, rotation: int) -> QImage:
        """Return the image turned clockwise by 90 or 270 degrees.

        Made beside the UI thread where that is asked for, and kept.
        """
        if rotation not in self._turned:
            words = self.pixels.view(np.uint32)[:, :, 0]
            turned = np.ascontiguousarray(np.rot90(words, -rotation // 90))
            rows, columns = turned.shape
            form = QImage.Format.Format_RGB32
            image = QImage(turned.data, columns, rows, columns * 4, form)
            self._turned[rotation] = image, turned
        return self._turned[rotation][0]

    @cached_property
    def _turned(self) -> dict[int, tuple[QImage, NDArray[np.uint32]]]:
        """By rotation: the image, and the memory that it shows."""
        return {}

    @cached_property
    def grey_image(self) -> QImage:
        """The same in grey; UI thread only."""
        return self.image.convertToFormat(QImage.Format.Format_Grayscale8)


def decode_picture(frame: CameraFrame, view_size: tuple[int, int] = (0, 0)) -> DecodedPicture:
    """Decode the payload of ``frame`` for a view of ``view_size`` device pixels.

    (0, 0) means full size. The JPEG's own size is held against the CameraFrameHeader and
    MAX_PIXELS before memory is used. Raises WireError for anything that is not the
    picture that the header announces, damaged JPEG data included.

    The pixels are BGRX for QImage.Format_RGB32, the format that the raster engine draws
    fastest (1.5 ms for 1328x1152 against 3.5 for RGB888 and 2.6 for Grayscale8), and
    simplejpeg works without the GIL, which QImage.loadFromData holds for 17 ms.
    """
    what = f"picture of camera {frame.camera_index}"
    width, height, _ = jpeg_size(frame, what)
    factor = _reduction(width, height, view_size)
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            frame.payload,
            colorspace="BGRA",
            min_width=-(-width // factor),
            min_height=-(-height // factor),
        )
    except (ValueError, RuntimeError) as error:
        raise WireError(what, f"damaged JPEG ({error})") from None
    except MemoryError:
        raise WireError(what, f"no memory for {width}x{height}") from None
    rows, columns = pixels.shape[:2]
    image = QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
    return DecodedPicture(image, pixels, (width, height))


def pixels_after(frame: CameraFrame, view_size: tuple[int, int] = (0, 0)) -> int:
    """Return how many pixels :func:`decode_picture` gives for this frame."""
    width, height = frame.width, frame.height
    factor = _reduction(width, height, view_size) if width and height else 1
    return -(-width // factor) * -(-height // factor)


def _reduction(width: int, height: int, view_size: tuple[int, int]) -> int:
    # Only 1/2, 1/4 and 1/8 have SIMD code in libjpeg-turbo: 1328x1152 takes 4.3 ms in full,
    # 3.1 ms halved, but 9.5 ms at 7/8.
    view_width, view_height = view_size
    if view_width <= 0 or view_height <= 0:
        return 1
    # The picture is fitted into the view, so the tighter side decides.
    fit = min(view_width / width, view_height / height)
    factor = 1
    while factor < 8 and fit * factor * 2 <= 1:
        factor *= 2
    return factor
