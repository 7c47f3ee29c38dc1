"""Builds one input on several engines and compares every mart, row by row."""
