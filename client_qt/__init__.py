"""The desktop viewer: every camera of a camstrm server in one window (PySide6).

Start at ``app.run_viewer``. ``session`` connects and decodes, ``model`` is what is known and shown
(without Qt), ``widgets`` paint it. From camstrm only the wire format and what it stands on.
"""
