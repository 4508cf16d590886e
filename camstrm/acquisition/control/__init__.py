"""What is done with a camera while it streams: one thread for each camera, which owns its node map.

Start at ``control.CameraControl``. ``job_queue`` and ``watches`` say what it does next, ``pause``
stops the stream for a feature that is locked, ``live_values`` keeps what was set.
"""
