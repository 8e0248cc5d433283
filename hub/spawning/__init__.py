"""Starting servers: the sandbox of one machine, its limits, what a spawn page offers."""
