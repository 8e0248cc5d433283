"""Servers in a tenth of a second: one process imports everything once, and is forked into each user's box."""
