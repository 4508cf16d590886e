"""Ways of a bundle from one process to another on the same machine; each end is a process."""
