"""What ``camstrm doctor`` looks at, one file for each area; each yields findings."""
