"""The desktop viewer: every camera of a camstrm server in one window (PySide6)."""
