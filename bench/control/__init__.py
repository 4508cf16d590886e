"""Calls beside the stream: what setting and reading features costs pictures and frames."""
