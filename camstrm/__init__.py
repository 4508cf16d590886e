"""Watch industrial cameras of any maker from another room."""

__version__ = "0.1.0"
