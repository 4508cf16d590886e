"""The thread that keeps one camera streaming.

Start at ``worker.AcquisitionWorker``, which opens the camera again and again. Each of its streams
is a ``running_stream.RunningStream``, which says in what state the camera is meanwhile.
``configure`` sets the camera up, ``retry`` has the pauses between attempts, ``diagnosis`` says why
one failed.
"""
