"""The thread that keeps one camera streaming: settings, retries, diagnosis."""
