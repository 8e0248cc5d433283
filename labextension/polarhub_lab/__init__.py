"""The Python side of what polarhub adds to a user's JupyterLab."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """What Jupyter's server loads, one module a feature."""
    return [
        {"module": "polarhub_lab.limits.extension"},
        {"module": "polarhub_lab.examples.extension"},
        {"module": "polarhub_lab.warm.extension"},
    ]
