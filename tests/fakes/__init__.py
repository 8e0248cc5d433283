"""Small real servers that speak the protocol of something big."""
