"""Panels beside the pictures, one class each; they act on the chosen camera."""
