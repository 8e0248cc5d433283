"""The data that comes with polarhub, as a catalog: ArcticDEM and REMA tiles, a sea-ice grid, a swath."""

from hub.catalog.embedded.build import build

__all__ = ["build"]
