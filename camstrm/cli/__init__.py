"""The command ``camstrm``."""
