"""What runs inside a camera process; ``process`` is its main thread, ``spare`` forks it."""
