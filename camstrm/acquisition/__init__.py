"""Cameras under GenICam GenTL: the only part that knows Harvesters, genicam and GenTL."""
