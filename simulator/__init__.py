"""Web and app events whose true sessions, channels and conversions are known."""
