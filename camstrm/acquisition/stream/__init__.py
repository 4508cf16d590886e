"""One running stream: buffers drained into the latest-frame slot, counted and watched."""
