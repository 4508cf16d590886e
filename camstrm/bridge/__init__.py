"""The bridge: takes bundles from a grabber and hands the newest to every viewer.

Start at ``app.run_bridge``. ``viewers.hub.BundleHub`` has the newest bundle and all viewers;
``http`` has the routes, who may use them and the port; ``page`` is the browser's side.
"""
