"""The running system, from simulated cameras to viewers: latency, loss, scaling, restarts."""
