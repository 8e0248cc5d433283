"""`python -m bench fuzz`: schemathesis asks the OGC API 5,000 odd questions; none may be a server error."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hub.settings import ROOT
from tests.headless.service import Place, place

CASES, QUICK = 5000, 300
CHECKS = (
    "not_a_server_error",
    "content_type_conformance",
    "response_schema_conformance",
    "status_code_conformance",
)
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}


def run(*, quick: bool) -> None:
    """Ask, and print what schemathesis says."""
    status, said = fuzz(QUICK if quick else CASES)
    print(said)
    if status:
        raise SystemExit(status)


def fuzz(cases: int, limit: float = 3600) -> tuple[int, str]:
    """Exit status and words of schemathesis over so many cases: half of them about things that are there."""
    with tempfile.TemporaryDirectory() as folder, place(Path(folder), jobs_wait=0.2) as here:
        document, there = _prepared(here)
        operations = sum(len(set(item) - {"parameters"}) for item in document["paths"].values())
        (Path(folder) / "there.toml").write_text(there)
        (Path(folder) / "any.toml").write_text("")
        done = [
            _asked(here, folder, config, max(cases // operations // 2, 1), limit / 2)
            for config in ("there.toml", "any.toml")
        ]
        return max(one.returncode for one in done), "\n".join(one.stdout + one.stderr for one in done)


def _prepared(here: Place) -> tuple[dict[str, Any], str]:
    """The description, and a configuration that names a job with results and two processes."""
    with here.client() as ada:
        ada.post("/processes/echo/execution", json={"inputs": {"message": "m"}})
        job = ada.get("/jobs?status=successful").json()["jobs"][0]["jobID"]
        here.headless.results.put("ada", job, "notebook.ipynb", [json.dumps(NOTEBOOK).encode()])
        unit = {"type": "notebook", "value": NOTEBOOK}
        ada.post("/processes", json={"processDescription": {"id": "fuzz"}, "executionUnit": unit})
        there = [
            "[parameters]",
            '"path.processID" = ["echo", "ada:fuzz"]',
            f'"path.jobID" = "{job}"',
            '"path.outputID" = ["message", "numbers"]',
            '"path.path" = ["notebook.ipynb", "none"]',
        ]
        return dict(ada.get("/api").json()), "\n".join(there)


def _asked(
    here: Place, folder: str, config: str, examples: int, limit: float
) -> subprocess.CompletedProcess[str]:
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", config, "run"),
        f"{here.address}/services/api/ogc/api",
        *("--checks", ",".join(CHECKS), "--max-examples", str(examples), "--request-timeout", "20"),
        *("--header", "Authorization: token token-ada", "--header", "Accept: application/json"),
        *("--phases", "examples,coverage,fuzzing", "--no-color"),
        *("--continue-on-failure", "--warnings", "off"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=limit, check=False, env=environment
    )
