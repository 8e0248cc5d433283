"""Catalogs of others: which there are, how they are asked, and what their answers are worth."""
