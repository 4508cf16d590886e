"""Turn a Bayer mosaic into colour: bilinear at full size, or one pixel from each 2x2."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.frame import PixelFormat
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.unpack import group_planes, interleave, unpack

__all__ = ["demosaic", "superpixel"]

# OpenCV's two-letter names are those of the second line, shifted: PFNC BayerRG is its
# COLOR_BayerBG2RGB. The four-letter names say what is meant.
_TO_RGB = {
    "RGGB": cv2.COLOR_BayerRGGB2RGB,
    "GRBG": cv2.COLOR_BayerGRBG2RGB,
    "GBRG": cv2.COLOR_BayerGBRG2RGB,
    "BGGR": cv2.COLOR_BayerBGGR2RGB,
}
_SMALLEST = 4
_BORDER = 4


def demosaic(mosaic: NDArray[Any], order: str, scratch: Scratch) -> NDArray[np.uint8]:
    """Interpolate bilinearly from uint8 (height, width) to RGB (height, width, 3).

    ``order``: colours of the first two pixels of line 0 and line 1, such as ``RGGB``.
    """
    height, width = mosaic.shape
    if min(height, width) < _SMALLEST:
        return _demosaic_tiny(mosaic, order)
    out = scratch.array("rgb", (height, width, 3))
    rgb: NDArray[np.uint8] = cv2.cvtColor(mosaic, _TO_RGB[order], dst=out)
    return rgb


def _demosaic_tiny(mosaic: NDArray[Any], order: str) -> NDArray[np.uint8]:
    # OpenCV leaves images of one or two lines or columns black. Mirroring by an even number
    # of pixels keeps the colours' order (in a single line a colour is missing anyway).
    height, width = mosaic.shape
    wide = cv2.copyMakeBorder(
        np.ascontiguousarray(mosaic), *(_BORDER,) * 4, borderType=cv2.BORDER_REFLECT_101
    )
    rgb = cv2.cvtColor(wide, _TO_RGB[order])
    inner: NDArray[np.uint8] = rgb[_BORDER : _BORDER + height, _BORDER : _BORDER + width]
    return inner


def superpixel(
    groups: NDArray[np.uint8], known: PixelFormat, height: int, width: int, scratch: Scratch
) -> NDArray[np.uint8]:
    """Make one RGB pixel of each 2x2 Bayer cell: (height // 2, width // 2, 3).

    The two greens are averaged. An odd last line or column is left out. For halving, this
    costs a fifth of demosaicing and scaling (1.1 ms against 5 for 2656x2304) at 30 dB PSNR
    instead of 34.
    """
    if known.group_pixels > 1 and width % known.group_pixels == 0:
        upper = group_planes(groups[0 : height // 2 * 2 : 2], known, scratch, "upper")
        lower = group_planes(groups[1::2], known, scratch, "lower")
    else:
        upper, lower = _column_planes(unpack(groups, known, height, width, scratch), scratch)
    red, blue = known.mosaic.index("R"), known.mosaic.index("B")
    green, other_green = (i for i in range(4) if known.mosaic[i] == "G")
    # Four planes for each two columns; more than two columns make a group of 10p only.
    reds, greens, blues = [], [], []
    for i in range(0, len(upper), 2):
        cell = (upper[i], upper[i + 1], lower[i], lower[i + 1])
        mean = scratch.array(f"green{i}", cell[0].shape)
        reds.append(cell[red])
        greens.append(cv2.addWeighted(cell[green], 0.5, cell[other_green], 0.5, 0.0, dst=mean))
        blues.append(cell[blue])
    channels = [
        interleave(reds, scratch, "reds"),
        interleave(greens, scratch, "greens"),
        interleave(blues, scratch, "blues"),
    ]
    rgb: NDArray[np.uint8] = cv2.merge(channels, scratch.array("cells", (*channels[0].shape, 3)))
    return rgb


def _column_planes(
    mosaic: NDArray[Any], scratch: Scratch
) -> tuple[list[NDArray[np.uint8]], list[NDArray[np.uint8]]]:
    rows, cells = mosaic.shape[0] // 2, mosaic.shape[1] // 2
    pairs = mosaic[: rows * 2, : cells * 2].reshape(rows, 2, cells, 2)
    upper = [scratch.array(f"upper{i}", (rows, cells)) for i in range(2)]
    lower = [scratch.array(f"lower{i}", (rows, cells)) for i in range(2)]
    return list(cv2.split(pairs[:, 0], upper)), list(cv2.split(pairs[:, 1], lower))
