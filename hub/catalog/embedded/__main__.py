"""`python -m hub.catalog.embedded`: fetch the data that comes with polarhub and build their catalog."""

import sys

from hub.catalog.embedded import build
from hub.errors import PolarhubError
from hub.settings import Settings


def main() -> int:
    """Build, telling how far it is; 1 where it cannot be done."""
    try:
        build(Settings.load(), lambda done, what: print(f"{done:4.0%}  {what}", flush=True))
    except PolarhubError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
