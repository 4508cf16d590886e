"""What the browser page and the Qt viewer have in common: one table of texts, one of keys.

The folder ``texts`` holds a sentence for each key and language, ``keys.viewer_actions`` gives the
actions of both viewers in their order, with the keys that start them. The bridge serves both tables
to the page.
"""
