"""`glue(name, value)` hands a value of a notebook to whoever runs it; stored as scrapbook stores scraps."""

import json
from typing import Any

SCRAP = "application/scrapbook.scrap.json+json"
GLUED = (SCRAP, "application/scrapbook.scrap.text+json")


def glue(name: str, value: Any) -> None:
    """Make `value` the output `name` of this run. Raises TypeError where it is nothing that JSON can hold."""
    from IPython.display import display

    plain = value.item() if hasattr(value, "item") and getattr(value, "size", None) == 1 else value
    plain = plain.tolist() if hasattr(plain, "tolist") else plain
    json.dumps(plain, allow_nan=False)
    scrap = {"name": name, "data": plain, "encoder": "json", "version": 1}
    metadata = {"scrapbook": {"name": name, "data": True, "display": False}}
    display({SCRAP: scrap}, metadata=metadata, raw=True)
