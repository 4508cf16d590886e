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
    costs a quarter of demosaicing and scaling (1.2 ms against 5 for 2656x2304) at 30 dB PSNR
    instead of 34.
    """
    cell_rows, cell_columns = height // 2, width // 2
    if known.group_pixels > 1 and width % known.group_pixels == 0:
        planes = group_planes(groups, known, scratch, "columns")
    else:
        mosaic = unpack(groups, known, height, width, scratch)
        pairs = mosaic[:, : cell_columns * 2].reshape(height, cell_columns, 2)
        shape = (height, cell_columns)
        planes = list(cv2.split(pairs, [scratch.array(f"columns{i}", shape) for i in range(2)]))
    upper = [plane[0 : cell_rows * 2 : 2] for plane in planes]
    lower = [plane[1::2] for plane in planes]
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
