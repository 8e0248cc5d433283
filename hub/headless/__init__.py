"""Headless runs: processes, their jobs, who may run how much, and what starts runs by itself."""
