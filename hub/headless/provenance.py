"""Where results come from: a Workflow Run RO-Crate, as metadata alone or as a zip of the whole run."""

import hashlib
import json
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from hub.errors import NotFound
from hub.headless.job import Job
from hub.headless.notebook import canonical
from hub.headless.processes import Process
from hub.headless.results import NOTEBOOK, Entry, Results
from hub.headless.zipping import Member, zipped

METADATA = "ro-crate-metadata.json"
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
PROCESS_RUN = {"https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate"}
WORKFLOW_RUN = PROCESS_RUN | {
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
RIGHTS = "The rights stay with whoever made the run; those of the data that it read with their producers."
HASHED = 64 * 2**20  # bytes: larger files whose digest nobody told are listed without one

_TYPES = {"string": "Text", "integer": "Integer", "number": "Number", "boolean": "Boolean"}

Entity = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A finished run: its row, the version that it ran (none: a notebook of the home), and its files."""

    job: Job
    process: Process | None
    files: Sequence[Entry]
    digests: Mapping[str, str]  # sha256 by path

    @classmethod
    def of(cls, job: Job, process: Process | None, results: Results) -> "Run":
        """With the files that the store still keeps. Raises NotFound before the run's end."""
        if not job.final:
            raise NotFound("The run has not ended yet: its provenance is there when it has.")
        files = [one for one in results.list(job.owner, job.id) if one.path != METADATA]
        digests = {
            told["file"]: told["sha256"] for told in (job.outputs or {}).values() if told.get("sha256")
        }
        for one in files:
            if one.path not in digests and one.size <= HASHED:
                digests[one.path] = _digest(results.open(job.owner, job.id, one.path).chunks)
        return cls(job, process, files, digests)

    @property
    def workflow(self) -> str | None:
        """The path of the notebook that was run, in the crate."""
        if self.process is None:
            return NOTEBOOK if any(one.path == NOTEBOOK for one in self.files) else None
        name = f"{self.process.slug}.ipynb"
        taken = {one.path for one in self.files}
        return name if name not in taken else f"workflow/{name}"


def metadata(run: Run) -> Entity:
    """The document `ro-crate-metadata.json` of a run."""
    values, parts = _values(run), _files(run)
    action = _action(run, list(values), [one for one in parts if one["@id"] != run.workflow])
    graph = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": _refs(
                ["https://w3id.org/ro/crate/1.1", *([_workflow_crate()] if run.workflow else [])]
            ),
        },
        _root(run, parts, action),
        *_profiles(run),
        *parts,
        action,
        _person(run),
        {"@id": "#rights", "@type": "CreativeWork", "name": "Rights", "description": RIGHTS},
        *_engine(run, action),
        *values,
        *_parameters(run),
        *_environment(run),
    ]
    return {"@context": CONTEXT, "@graph": [_lean(entity) for entity in graph]}


def crate_zip(run: Run, results: Results) -> Iterator[bytes]:
    """The whole run as a zip, piece by piece: its files, the notebook that was run, and the metadata."""
    job = run.job

    def members() -> Iterator[Member]:
        yield Member(METADATA, iter([json.dumps(metadata(run), indent=1).encode()]))
        if run.process is not None and run.workflow is not None:
            yield Member(run.workflow, iter([canonical(run.process.notebook()).encode()]))
        for one in run.files:
            yield Member(one.path, results.open(job.owner, job.id, one.path).chunks)

    return zipped(members(), job.finished)


def _digest(chunks: Iterator[bytes]) -> str:
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


def _workflow_crate() -> str:
    return list(WORKFLOW_RUN)[-1]


def _refs(ids: Sequence[str]) -> Any:
    """References; a single one stands alone, as RO-Crate wants it."""
    found = [{"@id": one} for one in dict.fromkeys(ids)]
    return found[0] if len(found) == 1 else found


def _lean(entity: Entity) -> Entity:
    return {name: value for name, value in entity.items() if value not in (None, "", [])}


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _title(run: Run) -> str:
    return run.process.definition.title if run.process else str(run.job.path)


def _root(run: Run, parts: list[Entity], action: Entity) -> Entity:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Run of {_title(run)}",
        "description": f"What a run on polarhub read, ran and left; it ended as {run.job.status}.",
        "datePublished": _time(run.job.finished),
        "license": {"@id": "#rights"},
        "author": {"@id": _person_id(run)},
        "conformsTo": _refs(list(WORKFLOW_RUN if run.workflow else PROCESS_RUN)),
        "hasPart": _refs([part["@id"] for part in parts]) if parts else None,
        "mainEntity": {"@id": _id(run.workflow)} if run.workflow else None,
        "mentions": _refs([action["@id"], "#orchestration"]),
    }


def _profiles(run: Run) -> list[Entity]:
    profiles = WORKFLOW_RUN if run.workflow else PROCESS_RUN
    return [
        {"@id": uri, "@type": "CreativeWork", "name": name, "version": uri.rpartition("/")[2]}
        for uri, name in profiles.items()
    ]


def _id(path: str) -> str:
    return quote(path, safe="/")


def _files(run: Run) -> list[Entity]:
    """Every file of the crate, with size, digest and the output that it is."""
    names = {told["file"]: name for name, told in _told(run).items() if "file" in told}
    parts = [_file(run, one, names.get(one.path)) for one in run.files]
    if run.process is not None and run.workflow is not None:
        text = canonical(run.process.notebook()).encode()
        parts.insert(0, _notebook(run, len(text), hashlib.sha256(text).hexdigest()))
    return parts


def _file(run: Run, one: Entry, output: str | None) -> Entity:
    if one.path == run.workflow:
        return _notebook(run, one.size, run.digests.get(one.path))
    return {
        "@id": _id(one.path),
        "@type": "File",
        "name": "The notebook as it ran" if one.path == NOTEBOOK else one.path,
        "encodingFormat": one.media_type,
        "contentSize": str(one.size),
        "sha256": run.digests.get(one.path),
        "exampleOfWork": {"@id": f"#output-{output}"} if output and run.process else None,
    }


def _notebook(run: Run, size: int, digest: str | None) -> Entity:
    process = run.process
    parameters = [entity["@id"] for entity in _parameters(run)]
    inputs = [one for one in parameters if one.startswith("#input-")]
    outputs = [one for one in parameters if one.startswith("#output-")]
    return {
        "@id": _id(run.workflow or NOTEBOOK),
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": _title(run),
        "description": process.definition.description if process else None,
        "version": f"{process.version} (sha256 {process.digest})" if process else digest,
        "identifier": process.id if process else run.job.path,
        "encodingFormat": mimetypes.types_map.get(".ipynb", "application/x-ipynb+json"),
        "contentSize": str(size),
        "sha256": digest,
        "conformsTo": {"@id": "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"},
        "programmingLanguage": {"@id": "#jupyter"},
        "input": _refs(inputs) if inputs else None,
        "output": _refs(outputs) if outputs else None,
        "softwareRequirements": {"@id": "#environment"} if _facts(run) else None,
    }


def _told(run: Run) -> dict[str, Any]:
    """The outputs that the run told and that are there."""
    kept = {one.path for one in run.files}
    return {
        name: told
        for name, told in (run.job.outputs or {}).items()
        if "value" in told or told.get("file") in kept
    }


def _values(run: Run) -> list[Entity]:
    """Inputs, and the outputs that are values."""
    given = [_value("input", name, value, run) for name, value in run.job.inputs.items()]
    glued = [_value("output", n, told["value"], run) for n, told in _told(run).items() if "value" in told]
    return given + glued


def _value(kind: str, name: str, value: Any, run: Run) -> Entity:
    declared = getattr(run.process.definition, f"{kind}s").get(name) if run.process else None
    plain = isinstance(value, str | int | float | bool)
    return {
        "@id": f"#{kind}-value-{name}",
        "@type": "PropertyValue",
        "name": name,
        "value": value if plain and value != "" else json.dumps(value),
        "unitText": declared.unit if declared else None,
        "exampleOfWork": {"@id": f"#{kind}-{name}"} if declared else None,
    }


def _parameters(run: Run) -> list[Entity]:
    """The declared inputs and outputs that have a value in this run."""
    if run.process is None:
        return []
    declared, told = run.process.definition, _told(run)
    found = []
    for name, one in declared.inputs.items():
        if name in run.job.inputs:
            kind = _TYPES.get(one.type or "", "PropertyValue")
            found.append(_parameter("input", name, one.title, kind, f"#input-value-{name}"))
    for name, output in declared.outputs.items():
        if name in told and "file" in told[name]:
            found.append(_parameter("output", name, output.title, "File", _id(told[name]["file"])))
        elif name in told:
            kind = _TYPES.get(output.type or "", "PropertyValue")
            found.append(_parameter("output", name, output.title, kind, f"#output-value-{name}"))
    return found


def _parameter(kind: str, name: str, title: str | None, of: str, example: str) -> Entity:
    return {
        "@id": f"#{kind}-{name}",
        "@type": "FormalParameter",
        "name": name,
        "description": title,
        "additionalType": of,
        "workExample": {"@id": example},
    }


def _action(run: Run, values: list[Entity], parts: list[Entity]) -> Entity:
    job = run.job
    results = [one["@id"] for one in parts] + [
        one["@id"] for one in values if one["@id"].startswith("#output-value-")
    ]
    objects = [one["@id"] for one in values if one["@id"].startswith("#input-value-")]
    status = "CompletedActionStatus" if job.status == "successful" else "FailedActionStatus"
    return {
        "@id": f"urn:uuid:{job.id}",
        "@type": "CreateAction",
        "name": f"Run of {_title(run)}",
        "description": f"Asked for by {job.origin}, run with the profile {job.profile}.",
        "startTime": _time(job.started or job.created),
        "endTime": _time(job.finished),
        "actionStatus": f"http://schema.org/{status}",
        "error": (job.message or job.status) if job.status != "successful" else None,
        "agent": {"@id": _person_id(run)},
        "instrument": {"@id": _id(run.workflow) if run.workflow else "#notebook"},
        "object": _refs(objects) if objects else None,
        "result": _refs(results) if results else None,
    }


def _person_id(run: Run) -> str:
    return f"#user-{quote(run.job.owner, safe='')}"


def _person(run: Run) -> Entity:
    return {"@id": _person_id(run), "@type": "Person", "name": run.job.owner, "alternateName": run.job.owner}


def _engine(run: Run, action: Entity) -> list[Entity]:
    """polarhub as what had the notebook run; Jupyter as the language; a notebook that is not there."""
    found: list[Entity] = [
        {
            "@id": "#orchestration",
            "@type": "OrganizeAction",
            "name": "polarhub ran the notebook",
            "agent": {"@id": _person_id(run)},
            "instrument": {"@id": "#polarhub"},
            "result": {"@id": action["@id"]},
        },
        {
            "@id": "#polarhub",
            "@type": "SoftwareApplication",
            "name": "polarhub",
            "softwareVersion": version("polarhub"),
        },
    ]
    if run.workflow:
        jupyter = {"@id": "#jupyter", "@type": "ComputerLanguage", "name": "Jupyter Notebook"}
        found.append(jupyter | {"url": "https://jupyter.org/"})
    else:
        found.append(
            {"@id": "#notebook", "@type": "SoftwareApplication", "name": _title(run), "version": "unknown"}
        )
    return found


def _facts(run: Run) -> dict[str, Any]:
    record = run.job.record or {}
    facts = record.get("environment", record)
    return facts if isinstance(facts, dict) and isinstance(facts.get("packages"), dict) else {}


def _environment(run: Run) -> list[Entity]:
    """The kernel's environment: its packages with their versions, and the digest of them all."""
    facts = _facts(run)
    if not facts:
        return []
    packages = [_package(name, str(of)) for name, of in facts["packages"].items()]
    environment = {
        "@id": "#environment",
        "@type": "SoftwareApplication",
        "name": f"Environment of the kernel {facts.get('kernel', '')}".strip(),
        "softwareVersion": f"Python {facts.get('python', 'unknown')}",
        "identifier": f"sha256:{facts.get('digest', '')}",
        "softwareRequirements": _refs([package["@id"] for package in packages]) if packages else None,
    }
    return [environment, *packages]


def _package(name: str, of: str) -> Entity:
    kind, _, plain = name.rpartition(":")
    return {
        "@id": f"pkg:{kind or 'pypi'}/{quote(plain)}@{quote(of)}",
        "@type": "SoftwareApplication",
        "name": plain,
        "softwareVersion": of,
    }
