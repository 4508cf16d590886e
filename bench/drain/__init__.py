"""From the GenTL producer to JPEG in one process: camstrm beside Harvesters, viky and C."""
