"""The example notebooks: everybody sees them read-only, and gets an own copy with one click."""
