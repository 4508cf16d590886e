"""What runs inside a camera process, and what it shares with the grabber's main process.

``process`` is its main thread, ``spare`` forks it. ``group`` is what it gets at its start,
``last_step`` and ``exit_code`` are what it leaves behind.
"""
