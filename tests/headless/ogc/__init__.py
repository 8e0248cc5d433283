"""Tests of hub/headless/ogc."""
