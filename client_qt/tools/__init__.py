"""Tools that draw on the pictures, and gestures on them.

A module has one Overlay (see widgets/overlay.py) or more and registers them; parts.py lists the
modules.
"""
