"""Helpers that are no part of a build."""
