"""Jobs on their way to a runner: with all that it needs to run them, and again where an answer was lost."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, delete, select, update

from hub.headless import claims
from hub.headless.job import Job
from hub.headless.processes import Processes
from hub.headless.tables import jobs, reading, workers, writing


def lost_on_the_way(engine: Engine, owner: str, worker: str, known: Collection[str]) -> list[Job]:
    """Jobs that this runner has claimed and does not know of: the answer never reached it."""
    claimed = (jobs.c.owner == owner, jobs.c.worker == worker, jobs.c.status == "running")
    with reading(engine) as connection:
        rows = connection.execute(select(jobs).where(*claimed, jobs.c.id.not_in(list(known))))
        return [Job.of(row._mapping) for row in rows]


def put_back(engine: Engine, claimed: Collection[str], now: float) -> None:
    """The runner has hung up before it got these: they wait again, and nothing was tried."""
    with writing(engine) as connection:
        for job in claimed:
            claims.accepted_again(connection, job, "", now)
            connection.execute(update(jobs).where(jobs.c.id == job).values(attempts=jobs.c.attempts - 1))


def forget(engine: Engine, owner: str, worker: str) -> None:
    """A runner that has ended counts no longer as there."""
    with writing(engine) as connection:
        connection.execute(delete(workers).where(workers.c.owner == owner, workers.c.worker == worker))


def order(job: Job, processes: Processes) -> dict[str, Any]:
    """What the runner gets: the notebook or its path, inputs, declared outputs, limits."""
    told = {
        "id": job.id,
        "fence": job.fence,
        "path": job.path,
        "inputs": job.inputs,
        "time_limit": job.time_limit,
        "environment": job.environment,
        "created": job.created,
    }
    if job.version is None:
        return {**told, "slug": "notebook", "notebook": None, "kernel": None, "outputs": {}}
    process = processes.version(job.version)
    outputs = {
        name: {"file": one.file, "mediaType": one.kind} for name, one in process.definition.outputs.items()
    }
    return {
        **told,
        "slug": process.slug,
        "notebook": process.notebook(),
        "kernel": process.definition.kernel,
        "outputs": outputs,
    }
