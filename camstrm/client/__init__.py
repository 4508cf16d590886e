"""The client library: pictures of a camstrm server as numpy arrays, and questions to its cameras.

``asyncio`` is for programs with an event loop, ``blocking`` for all others; both have the same
names. Reading the newest pictures::

    from camstrm.client.blocking import connect

    with connect("ws://server:8765", token="...", cameras=["left"]) as client:
        for bundle in client:
            image = bundle["left"].image()  # (height, width, 3) uint8, RGB
            ...

A bundle is acknowledged when the next one is asked for: a program that takes long gets fewer
bundles, each of them new. The connection comes back by itself after it was lost.
"""
