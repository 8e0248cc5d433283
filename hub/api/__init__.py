"""The HTTP service beside the hub, at /services/api/: it mounts the routers of the other folders."""
