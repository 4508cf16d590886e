"""The bridge: takes bundles from a grabber and hands the newest to every viewer."""
