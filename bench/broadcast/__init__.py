"""From the grabber's socket to many viewers: camstrm's bridge beside its peers and C."""
