"""JupyterLab's own files, the same for everybody: compressed once, served from one address, fetched ahead."""
