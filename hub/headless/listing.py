"""Pages of jobs, newest first. A page goes on after the last row of the one before: none is shown twice."""

import base64
import binascii
import json

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from hub.errors import BadInput
from hub.headless.job import Filter, Job
from hub.headless.tables import jobs

MOST = 1000


def query(owner: str, wanted: Filter, now: float) -> Select[tuple[object]]:
    """The rows of one page and one more. Raises BadInput for a page that is none."""
    conditions = [jobs.c.owner == owner, *_conditions(wanted, now)]
    if wanted.after is not None:
        created, job = _place(wanted.after)
        conditions.append(or_(jobs.c.created < created, and_(jobs.c.created == created, jobs.c.id < job)))
    order = (jobs.c.created.desc(), jobs.c.id.desc())
    return select(jobs).where(*conditions).order_by(*order).limit(wanted.limit + 1)


def _conditions(wanted: Filter, now: float) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(jobs.c.status.in_(wanted.statuses))
    if wanted.processes:
        found.append(jobs.c.process.in_(wanted.processes))
    if wanted.origin is not None:
        found.append(jobs.c.origin == wanted.origin)
    if wanted.created_from is not None:
        found.append(jobs.c.created >= wanted.created_from)
    if wanted.created_until is not None:
        found.append(jobs.c.created <= wanted.created_until)
    # a job that has not begun has no duration: it answers no question about one
    duration = func.coalesce(jobs.c.finished, now) - jobs.c.started
    if wanted.min_duration is not None:
        found.append(duration >= wanted.min_duration)
    if wanted.max_duration is not None:
        found.append(duration <= wanted.max_duration)
    return found


def token(job: Job) -> str:
    """Where a page ended, for whoever asks for the next."""
    return base64.urlsafe_b64encode(json.dumps([job.created, job.id]).encode()).decode().rstrip("=")


def _place(after: str) -> tuple[float, str]:
    try:
        created, job = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        return float(created), str(job)
    except (ValueError, TypeError, binascii.Error):
        raise BadInput("This is no page of the list: begin without it.", where="after") from None
