"""Why is a camera missing: what its server knows, and a button that tries again."""
