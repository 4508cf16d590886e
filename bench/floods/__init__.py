"""Floods: what the others get while some do too much of something that is allowed.

``python -m bench.floods`` (``make bench-floods``) prints a table for each flood.
"""
