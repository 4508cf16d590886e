"""The grabber: camera processes, the bundle loop, and the way to the bridge.

Start at ``app.Grabber``, which puts the main process together: ``bundle_loop`` asks for pictures
at the stream's rate, ``processes.supervisor`` keeps camera processes running, ``search.resolver``
finds the cameras. ``camera.process`` is what runs in a camera process.
"""
