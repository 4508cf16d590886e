"""imagezmq (1.2): OpenCV pictures over ZeroMQ, in PUB/SUB mode.

As its documentation advises for several receivers that must not block the sender:
``ImageSender(connect_to=..., REQ_REP=False)`` and ``send_jpg(name, jpeg)`` for each picture.
It sets no high-water mark, so ZeroMQ's default of 1000 messages a client holds.
"""

from __future__ import annotations

import imagezmq

from bench.peers.serving import PictureSource, options, say_ready


def main() -> None:
    """Serve until standard input ends."""
    wanted = options(__doc__).parse_args()
    source = PictureSource(wanted.jpegs, wanted.fps)
    sender = imagezmq.ImageSender(f"tcp://127.0.0.1:{wanted.port}", REQ_REP=False)
    say_ready()
    for pictures in source.sets():
        for index, jpeg in enumerate(pictures):
            sender.send_jpg(f"camera{index}", jpeg)
    # Without ImageSender.close: it would wait for clients that are slow or gone.
    sender.zmq_context.destroy(linger=0)


if __name__ == "__main__":
    main()
