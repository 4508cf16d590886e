"""Benchmarks: ratios and counts, each part beside its floor or its peer, in turns."""
