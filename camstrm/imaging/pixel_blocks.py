"""A frame's pixels in the blocks that the camera packed them into, and their unpacking.

10 to 16 bits per pixel become the 8 highest, ``value >> (significant_bits - 8)``, without a
16-bit image in between. Pixels of one place in their block go into a plane of their own,
because OpenCV splits and merges channels with vector instructions: 2656x2304 Mono12Packed
takes 0.7 ms this way and 1.9 ms with strided numpy copies, where a memcpy of 2656x2304 bytes
takes 0.25 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.errors import PayloadSizeError, UnsupportedPixelFormatError
from camstrm.frame import Layout, Packing, PixelFormat, RawFrame, pixel_format
from camstrm.imaging.scratch import Scratch

__all__ = ["PixelBlocks", "check_pixels", "interleave", "narrow", "pixel_blocks"]

Bytes = NDArray[np.uint8]

_NEUTRAL_CHROMA = 128


@dataclass(frozen=True)
class PixelBlocks:
    """A frame's pixels, and the arrays that are written on their way to a picture.

    ``data``: uint8 (rows, blocks, ``format.block_bytes``), a read-only view on the frame's
    buffer unless its last block had to be completed. rows is ``height`` where each line
    starts with a new block, else 1 (:meth:`PixelFormat.payload_size` says when blocks run
    over the ends of lines). ``width``, ``height``: of the frame, in pixels.
    """

    data: Bytes
    format: PixelFormat
    width: int
    height: int
    scratch: Scratch

    def pixels(self) -> Bytes:
        """Unpack a one-component format to uint8 (height, width).

        8-bit formats come back as a view on ``data``, others in an array of ``scratch``.
        """
        if self.format.packing is Packing.BYTES:
            return self.data[:, :, 0]
        if self.format.packing is Packing.UINT16:
            return narrow(self.words(), self.format.significant_bits, self.scratch)
        return self.lines_of(interleave(self.planes(), self.scratch))

    def words(self) -> NDArray[np.uint16]:
        """View blocks of two bytes as uint16 (height, width).

        A copy if they are not aligned (an odd number of padding bytes): OpenCV refuses those.
        """
        return np.require(self.data.view("<u2")[:, :, 0], requirements=["ALIGNED"])

    def planes(self) -> list[Bytes]:
        """Unpack a packed format to one plane uint8 (rows, blocks) per pixel of a block."""
        if self.format.packing is Packing.LSB_PACKED and self.format.significant_bits == 10:
            return self._planes_10p()
        first, middle, last = self.split()
        if self.format.packing is Packing.LSB_PACKED:
            # 12p: the first pixel's high bits are spread over the first two bytes. Multiplying
            # is a left shift for which numpy has vector code (8 times as fast as left_shift).
            np.right_shift(first, 4, out=first)
            np.multiply(middle, 16, out=middle)
            np.bitwise_or(first, middle, out=first)
        return [first, last]

    def _planes_10p(self) -> list[Bytes]:
        planes = [self.scratch.array(self.data.shape[:2]) for _ in range(4)]
        # Pixel i starts at bit 10 * i; its 8 highest bits start at bit 2 + 2 * i of byte i.
        for i in range(3):
            pair = self.data[:, :, i : i + 2].view("<u2")[:, :, 0]
            np.right_shift(pair, 2 + 2 * i, out=planes[i], casting="unsafe")
        np.copyto(planes[3], self.data[:, :, 4])
        return planes

    def split(self) -> list[Bytes]:
        """Copy each byte of a block to a plane of its own, uint8 (rows, blocks)."""
        *shape, count = self.data.shape
        planes = [self.scratch.array(tuple(shape)) for _ in range(count)]
        return list(cv2.split(self.data, planes))

    def lines_of(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Cut unpacked pixels (rows, run) down to (height, width); a view."""
        if pixels.shape[0] == self.height:
            return pixels[:, : self.width]
        return pixels.reshape(-1)[: self.height * self.width].reshape(self.height, self.width)


def check_pixels(frame: RawFrame) -> PixelFormat:
    """Return the frame's pixel format, after checking that its pixels are there.

    Raises UnsupportedPixelFormatError if there is no decoder for the frame's pixel format,
    PayloadSizeError if the frame has no pixels or its buffer is too short for them.
    """
    known = pixel_format(frame.pixel_format)
    if not known.decodable:
        raise UnsupportedPixelFormatError(known.code, known.name, known.remedy)
    # Python integers do not overflow: an absurd size wants an absurd number of bytes.
    wanted = known.payload_size(frame.width, frame.height, frame.padding_x)
    if wanted == 0 or frame.data.size < wanted:
        raise PayloadSizeError(known.name, frame.width, frame.height, wanted, frame.data.size)
    return known


def pixel_blocks(frame: RawFrame, scratch: Scratch) -> PixelBlocks:
    """View the frame's pixels as blocks, after :func:`check_pixels`.

    A last block that the line or the buffer cuts short is completed in a copy.
    """
    known = check_pixels(frame)
    padding = max(0, frame.padding_x)
    rows, run = frame.height, frame.width
    if run % known.block_pixels and not padding:
        rows, run = 1, frame.width * frame.height
    used = -(-run * known.bits_per_pixel // 8)
    # No step is taken from a single row, and none of an absurd length fits into the array.
    step = used + padding if rows > 1 else used
    # The padding after the last line may be missing, which a reshape would want.
    lines: Bytes = np.ndarray((rows, used), np.uint8, frame.data, strides=(step, 1))
    if run % known.block_pixels == 0:
        data = lines.reshape(rows, -1, known.block_bytes)
    else:
        data = _completed(lines, -(-run // known.block_pixels), known)
    return PixelBlocks(data, known, frame.width, frame.height, scratch)


def _completed(lines: Bytes, count: int, known: PixelFormat) -> Bytes:
    """Copy ``lines`` (rows, bytes) to ``count`` whole blocks a row."""
    rows, used = lines.shape
    whole = np.zeros((rows, count, known.block_bytes), np.uint8)
    if known.layout is Layout.YUV:
        whole[:, -1] = whole[:, -2] if count > 1 else _NEUTRAL_CHROMA
    whole.reshape(rows, -1)[:, :used] = lines
    if known.layout is Layout.YUV and count > 1:
        # A colour that is missing at the end is that of the pixels before.
        missing = count * known.block_bytes - used
        whole[:, -1, -missing:] = whole[:, -2, -missing:]
    return whole


def narrow(values: NDArray[np.uint16], significant_bits: int, scratch: Scratch) -> Bytes:
    """Shift uint16 values right until 8 of ``significant_bits`` (8 to 16) remain.

    Bits above the significant ones, which PFNC wants to be 0, are cut off.
    """
    out: Bytes = scratch.array(values.shape)
    # The cast throws away the high byte, which is 0 after the shift or was never valid.
    return np.right_shift(values, significant_bits - 8, out=out, casting="unsafe")


def interleave(planes: list[Bytes], scratch: Scratch) -> Bytes:
    """Put 1 to 4 planes uint8 (rows, blocks) side by side: (rows, blocks * len(planes)).

    With more than 4, OpenCV's merge takes five times as long per byte.
    """
    if len(planes) == 1:
        return planes[0]
    rows, count = planes[0].shape
    merged: Bytes = cv2.merge(planes, scratch.array((rows, count, len(planes))))
    return merged.reshape(rows, -1)
