"""The UNIX socket between grabber and bridge: both ends, framing, reconnect, peer checks."""
