"""stac-api-validator, unmodified, against the running api: no errors; and offline it still checks schemas."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.catalog.service import STAC, service, settings_for, with_tiny_index
from tests.fakes.schemas import schemas_served

POLE = '{"type": "Polygon", "coordinates": [[[-5, 79], [5, 79], [5, 81], [-5, 81], [-5, 79]]]}'
QUIRKS = (  # of the validator, in two extensions
    '"collections": "world"',  # sort: sends a name where the standard wants a list of names
    "'include': ['properties.gsd']}} response contained fewer than 5 fields",  # fields: wants the rest
)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_errors(tmp_path: Path) -> None:
    classes = (
        "core",
        "collections",
        "features",
        "item-search",
        "filter",
        "item-search#fields",
        "item-search#sort",
    )
    with (
        service(with_tiny_index(settings_for(tmp_path / "data"))) as address,
        schemas_served(tmp_path) as (environment, asked),
    ):
        run = subprocess.run(
            [
                *(sys.executable, "-m", "stac_api_validator", "--root-url", f"{address}{STAC}/"),
                *(option for name in classes for option in ("--conformance", name)),
                *("--collection", "world", "--geometry", POLE, "--auth-bearer-token", "token-ada"),
                *("--fields-nested-property", "properties.gsd", "--validate-pagination"),
            ],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
    report = run.stdout.partition("Errors:")[2]
    errors = [
        line
        for line in report.splitlines()
        if line.startswith("- ") and not any(quirk in line for quirk in QUIRKS)
    ]
    assert not errors, "\n".join(errors)
    assert report, run.stdout[-2000:] + run.stderr[-2000:]
    assert any("/item-spec/json-schema/item.json" in url for url in asked)
    assert any("/collection-spec/json-schema/collection.json" in url for url in asked)
