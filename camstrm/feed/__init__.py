"""The UNIX socket between grabber and bridge: both ends, framing, reconnect, peer checks.

The grabber sends with ``feed.Feed`` (a ``sender.FeedSender`` for each reader), the bridge accepts
with ``listener.FeedListener``. Nobody here looks into pictures.
"""
