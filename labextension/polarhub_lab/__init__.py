"""The Python side of what polarhub adds to a user's JupyterLab."""
