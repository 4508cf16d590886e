"""Servers of the viewer: which there are, how a person connects to one, and the window's start.

Start reading at ``servers.ServerConnections``.
"""
