"""foxglove-sdk (0.30 and later): its own WebSocket server, in Rust.

As its documentation advises for compressed pictures: one ``CompressedImageChannel`` for each
camera, ``log`` for each picture, ``start_server``. ``--backlog`` is ``message_backlog_size``,
"the maximum number of outgoing messages to buffer per client" (default 1024; 3 is one set).
Clients speak the ``foxglove.sdk.v1`` protocol and subscribe to all channels.
"""

from __future__ import annotations

import foxglove
from foxglove.channels import CompressedImageChannel
from foxglove.messages import CompressedImage, Timestamp

from bench.peers.serving import PictureSource, options, say_ready


def main() -> None:
    """Serve until standard input ends."""
    parser = options(__doc__)
    parser.add_argument("--backlog", type=int, help="messages that wait for a slow client")
    wanted = parser.parse_args()
    source = PictureSource(wanted.jpegs, wanted.fps)
    server = foxglove.start_server(
        name="camstrm bench", port=wanted.port, message_backlog_size=wanted.backlog
    )
    channels = [CompressedImageChannel(f"/camera{i}") for i in range(source.cameras)]
    say_ready()
    for pictures in source.sets():
        for channel, jpeg in zip(channels, pictures, strict=True):
            channel.log(
                CompressedImage(
                    timestamp=Timestamp.now(), frame_id=channel.topic(), data=jpeg, format="jpeg"
                )
            )
    server.stop()


if __name__ == "__main__":
    main()
