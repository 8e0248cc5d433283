"""OGC API Processes 1.0 over the jobs of headless runs; the standard's words on the outside, ours inside."""
