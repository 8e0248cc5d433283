"""What the API tells of processes and jobs, in the standard's words; links begin where the client asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from hub.headless.job import Job, JobPage
from hub.headless.ogc import names
from hub.headless.processes import Process

Json = dict[str, Any]
PLAIN = "notebook"  # the processID of runs of a file: there, the standard wants one


@dataclass(frozen=True)
class Links:
    """Makes links below the address that the client used, `https://…/services/api/ogc`."""

    base: str

    def at(self, *parts: str, **query: str) -> str:
        """An address; each part is one step, whatever it holds."""
        path = "/".join([self.base, *(quote(part, safe=":") for part in parts)])
        path = path if parts else f"{path}/"
        return f"{path}?{urlencode(query)}" if query else path

    def to(self, rel: str, *parts: str, kind: str = names.JSON, title: str = "", **query: str) -> Json:
        """A link to an address."""
        link = {"href": self.at(*parts, **query), "rel": rel, "type": kind}
        return {**link, "title": title} if title else link

    def both(self, *parts: str, **query: str) -> list[Json]:
        """What every answer has: itself as JSON, and the page for people."""
        page = {**query, "f": "html"}
        return [
            self.to("self", *parts, **query),
            self.to("alternate", *parts, kind=names.HTML, title="This page for people", **page),
        ]


def time(seconds: float) -> str:
    """A time as RFC 3339 has it, to the millisecond, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def landing(links: Links) -> Json:
    """The landing page."""
    return {
        "title": "polarhub: notebooks as processes",
        "description": "Run notebooks from programs: the same kernels, data and limits as in JupyterLab.",
        "links": [
            *links.both(),
            links.to("service-desc", "api", kind=names.OPENAPI, title="This API in OpenAPI 3.0"),
            links.to("service-doc", "api", kind=names.HTML, title="This API for people", f="html"),
            links.to(names.CONFORMANCE, "conformance", title="What it conforms to"),
            links.to(names.PROCESSES, "processes", title="Processes"),
            links.to(names.JOB_LIST, "jobs", title="Your runs"),
        ],
    }


def process_summary(process: Process, user: str, links: Links) -> Json:
    """One process in the list."""
    said = process.definition.summary(process.id, str(process.version))
    return {**said, "mutable": process.owner == user, "links": links.both("processes", process.id)}


def process_description(process: Process, user: str, links: Links) -> Json:
    """One process with its inputs and outputs."""
    here = ("processes", process.id)
    return {
        **process.definition.describe(process.id, str(process.version)),
        "mutable": process.owner == user,
        "links": [
            *links.both(*here),
            links.to(names.EXECUTE, *here, "execution", title="Run it"),
            links.to(names.JOB_LIST, "jobs", title="Your runs of it", processID=process.id),
        ],
    }


def process_list(
    found: Sequence[Process], user: str, links: Links, query: Mapping[str, str], after: str | None
) -> Json:
    """A page of processes. `query`: what it was asked with; `after`: where the next page begins."""
    return {
        "processes": [process_summary(one, user, links) for one in found],
        "links": _page_links(links, "processes", query, after),
    }


def job_list(page: JobPage, links: Links, query: Mapping[str, str]) -> Json:
    """A page of jobs. `query`: what it was asked with."""
    return {
        "jobs": [status_info(job, links) for job in page.jobs],
        "links": _page_links(links, "jobs", query, page.next),
    }


def _page_links(links: Links, what: str, query: Mapping[str, str], after: str | None) -> list[Json]:
    here = links.both(what, **query)
    if after is not None:
        here.append(links.to("next", what, title="The next page", **{**query, "after": after}))
    return here


def status_of(job: Job) -> str:
    """The status as clients see it: what is being dismissed will be nothing else any more."""
    return "dismissed" if job.dismissing else job.status


def status_info(job: Job, links: Links) -> Json:
    """A job's `statusInfo`; a field that has no value is left out. `polarhub` holds what is ours."""
    times = {"created": job.created, "started": job.started, "finished": job.finished, "updated": job.updated}
    return {
        "jobID": job.id,
        "processID": job.process or PLAIN,
        "type": "process",
        "status": status_of(job),
        **({"message": job.message} if job.message else {}),
        **{name: time(value) for name, value in times.items() if value is not None},
        "progress": job.progress,
        "polarhub": _ours(job),
        "links": list(_job_links(job, links)),
    }


def _ours(job: Job) -> Json:
    said = {
        "path": job.path,
        "version": job.version,
        "profile": job.profile,
        "origin": job.origin,
        "attempts": job.attempts,
        "timeLimit": job.time_limit,
        "cellsDone": job.cells_done,
        "cellsTotal": job.cells_total,
        "lastLine": job.last_line or None,
        "cpuSeconds": job.cpu_seconds,
        "expires": time(job.expires) if job.expires is not None else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _job_links(job: Job, links: Links) -> Iterable[Json]:
    here = ("jobs", job.id)
    yield from links.both(*here)
    yield links.to("up", "jobs", title="Your runs")
    if job.status == "successful":
        yield links.to(names.RESULTS, *here, "results", title="Results")
    if not job.final:
        yield links.to("monitor", *here, title="How far it is")
        yield links.to(
            "events", *here, "events", kind="text/event-stream", title="How far it is, as it changes"
        )
    yield links.to("enclosure", *here, "files", title="Files of the run")
    yield from provenance_links(job, links)
    yield links.to("log", *here, "log", kind=names.TEXT, title="What it printed")
    yield links.to("request", *here, "request", title="What was asked")


def provenance_links(job: Job, links: Links) -> Iterable[Json]:
    """Where the results of an ended run come from, and all of it as a zip."""
    if job.final:
        here, title = ("jobs", job.id), "Where the results come from"
        metadata = (*here, "files", "ro-crate-metadata.json")
        yield links.to("describedby", *metadata, kind="application/ld+json", title=title)
        yield links.to("enclosure", *here, "crate.zip", kind="application/zip", title="The run as a zip")
