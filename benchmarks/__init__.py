"""Measurements, as ratios to something in the same run."""
