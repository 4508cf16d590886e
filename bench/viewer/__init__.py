"""Windows that show cameras; each runs in a process of its own, without a display."""
