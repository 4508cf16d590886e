"""The bridge: takes bundles from a grabber and hands the newest to every viewer.

Start at ``app.run_bridge``. ``viewers.hub.BundleHub`` has the newest bundle and all viewers;
``control`` decides who may change a camera; ``events`` is what happened; ``http`` has the routes
and the port; ``page`` is the browser's side.
"""
