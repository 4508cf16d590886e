"""What the viewer knows and shows, without Qt."""
