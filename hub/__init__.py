"""polarhub: a JupyterHub for polar earth observation."""
