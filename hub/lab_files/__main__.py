"""`python -m hub.lab_files`: compresses JupyterLab's files as well as can be, in nobody's way."""

import os

from hub.lab_files.store import prepare, squeeze
from hub.settings import Settings


def main() -> None:
    """Once for what is installed; ends at once where it is done."""
    os.nice(19)
    build = prepare(Settings.load().data)
    if not build.is_best:
        print(f"{squeeze(build) / 1e6:.2f} MB saved for each who loads all of JupyterLab", flush=True)


if __name__ == "__main__":
    main()
