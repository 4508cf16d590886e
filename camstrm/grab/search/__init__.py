"""Which cameras there are, and under which producer; start at ``resolver.CameraResolver``."""
