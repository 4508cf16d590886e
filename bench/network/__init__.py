"""Viewers at the far end of links that are slow, limited, delayed or disturbed."""
