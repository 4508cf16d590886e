"""The grabber: camera processes, the bundle loop, and the way to the bridge."""
