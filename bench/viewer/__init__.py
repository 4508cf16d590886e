"""Windows that show three cameras; each runs in a process of its own, without a display."""
