"""The floors of the picture path: encoders that only compress a finished picture."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from bench.native import NoCompilerError, build_floor

__all__ = ["build_jpeg_floor", "c_encoder", "simplejpeg_encoder"]

Timed = Callable[[], float]
"""Compresses once and returns the seconds of CPU that it took."""


def build_jpeg_floor() -> tuple[Path | None, str]:
    """Return the loop in C; without it None, and why in words."""
    try:
        return build_floor("jpeg", "-lturbojpeg"), ""
    except NoCompilerError as error:
        return None, str(error)
    except subprocess.CalledProcessError:
        return None, "no libturbojpeg (Debian, Ubuntu: apt install libturbojpeg0-dev)"


@contextlib.contextmanager
def c_encoder(program: Path, way: str, image: NDArray[np.uint8], quality: int) -> Iterator[Timed]:
    """Run the loop in C on ``image`` (uint8); it takes its own time.

    ``way``: ``rgb``, or for a grey image ``plane`` (the quickest) or ``grey`` (tjbench's).
    """
    height, width = image.shape[:2]
    with tempfile.NamedTemporaryFile(prefix="camstrm-bench-") as file:
        file.write(image.tobytes())
        file.flush()
        process = subprocess.Popen(
            [program, way, file.name, *map(str, (width, height, quality))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            write, read = process.stdin, process.stdout

            def compress() -> float:
                write.write(b"\n")
                write.flush()
                return int(read.readline().split()[0]) / 1e9

            try:
                compress()
                yield compress
            finally:
                process.kill()


def simplejpeg_encoder(image: NDArray[np.uint8], quality: int) -> Timed:
    """Return the encoder that camstrm uses, on ``image`` (grey or RGB uint8) alone."""
    if image.ndim == 2:
        arguments = (image.reshape(*image.shape, 1), quality, "GRAY", "Gray")
    else:
        arguments = (image, quality, "RGB", "420")

    def compress() -> float:
        begin = time.thread_time()
        simplejpeg.encode_jpeg(*arguments)
        return time.thread_time() - begin

    return compress
