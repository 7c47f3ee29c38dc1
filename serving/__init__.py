"""Serve the marts to readers."""
