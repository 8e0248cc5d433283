"""Polar catalogs: geometry at the poles, the index, the STAC API, catalogs of others."""
