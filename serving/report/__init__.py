"""The marts as one page that opens without a server."""
