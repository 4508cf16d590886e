"""The browser page: files that the bridge serves as they are, no Python."""
