"""The runner: a server of a user that opens no JupyterLab, but runs the user's headless jobs."""
