"""Hold a simulated camera open: ``python -m tests.simulator.hold CTI SERIAL [stream]``.

Prints ``open`` (or the GC_ERROR that refused it) and waits for the end of its input. With
``stream`` it acquires, and queues what it gets.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from tests.simulator.raw_gentl import GentlError, OpenCamera, RawGentl

_TIMEOUT = -1011


def _stream(camera: OpenCamera, stop: threading.Event) -> None:
    camera.start(32)
    while not stop.is_set():
        try:
            camera.queue(camera.fetch(50))
        except GentlError as error:
            if error.code != _TIMEOUT:
                raise
    camera.stop()


def main(arguments: Sequence[str]) -> None:
    """Child side."""
    cti, serial, *rest = arguments
    with RawGentl(cti) as gentl:
        try:
            camera = OpenCamera(gentl, gentl.open_interfaces(), serial)
        except GentlError as error:
            print(error.code, flush=True)
            return
        with camera:
            stop = threading.Event()
            worker = threading.Thread(target=_stream, args=(camera, stop))
            if rest:
                worker.start()
            print("open", flush=True)
            sys.stdin.read()
            stop.set()
            if rest:
                worker.join()


if __name__ == "__main__":
    main(sys.argv[1:])
