"""Panels beside the pictures: each a tab at the right, about the chosen camera or the viewer.

A module has one Panel (see widgets/panel.py) and registers it; parts.py lists the
modules.
"""
