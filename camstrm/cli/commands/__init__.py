"""One module for each command; ``run(options)`` returns its exit code."""
