"""Runs on a real hub whose processes are SIGKILLed at random: nothing accepted is lost, or done twice.

    with start_hub(data, environment) as hub:
        storm = Storm(hub, seed=1, runs=60, kills=10)
        storm.rage()
        assert storm.verdict().lost == []

Who may be hit: the api, the hub, the proxy, and everything in runners' boxes but the first process of each
box, which is the kernel's stand-in for init. The hub is started again by hand, as systemd would do it.
What ends is written down by the database itself, by triggers, whatever our own code believes.
"""

import contextlib
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from hub.ports import Ports
from hub.processes import all_stat_fields
from tests.hubs import RunningHub

OGC = "/services/api/ogc"
FINAL = ("successful", "failed", "dismissed")
PEOPLE = ("ada", "ben", "eve")
CAP, CAP_OF_ONE = 3, 2
ENVIRONMENT = {
    "POLARHUB_OUTSIDE_CATALOGS": "off",
    "POLARHUB_JOBS_RUNNING": str(CAP),
    "POLARHUB_JOBS_PER_USER": str(CAP_OF_ONE),
    "POLARHUB_RUNNER_JOBS": str(CAP_OF_ONE),
}
SHARE = {"kernel": 40, "runner": 24, "api": 15, "proxy": 11, "hub": 10}  # of the kills, in percent
PAUSE, PATIENCE = 1.0, 8.0  # seconds from one kill to the next, at least and at most

# What the database writes down by itself at each change of a job's state.
WITNESS = """
create table if not exists witness (job text, status text, fence int, mine int, everybodys int);
create trigger if not exists seen after update of status on jobs when new.status <> old.status begin
  insert into witness values (new.id, new.status, new.fence,
    (select count(*) from jobs where status = 'running' and owner = new.owner),
    (select count(*) from jobs where status = 'running'));
end;
"""

# Leaves a mark for each time that it was really run; some of its runs take a while.
CODE = """import os, time
with open(os.path.expanduser("~/ran.log"), "a") as log:
    log.write(f"{number}\\n")
time.sleep(seconds)
result = number * number
from polarhub_lab.outputs import glue
glue("square", result)"""


def notebook() -> dict[str, Any]:
    """A notebook with parameters `number` and `seconds`, which glues the square."""

    def cell(source: str, *tags: str) -> dict[str, Any]:
        return {
            "cell_type": "code",
            "id": f"c{len(source)}",
            "metadata": {"tags": list(tags)},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }

    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [cell("number = 1\nseconds = 0.1", "parameters"), cell(CODE)]
    return {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def definition(attempts: int) -> dict[str, Any]:
    """How it is offered; one attempt, or several where the system broke it."""
    return {
        "title": "Square",
        "inputs": {"number": {"type": "integer"}, "seconds": {"type": "number", "default": 0.1}},
        "outputs": {"square": {"type": "integer"}},
        "attempts": attempts,
        "profile": "small",
    }


@dataclass
class Verdict:
    """What came of it."""

    accepted: int
    states: Counter[str]
    lost: list[str]  # accepted, and not there
    unfinished: list[str]
    ended_twice: list[str]
    wrong: list[str]  # a result that is none
    run_too_often: list[str]  # begun more often than it may
    most_of_one: int
    most_of_all: int
    kills: Counter[str]
    seconds: float

    def faults(self, cap: int, cap_of_one: int) -> dict[str, object]:
        """What must not be, by name; empty where all is well."""
        wrong = {
            "lost": self.lost,
            "ended twice": self.ended_twice,
            "not ended": self.unfinished,
            "wrong": self.wrong,
            "begun too often": self.run_too_often,
            "over the cap of one": max(self.most_of_one - cap_of_one, 0),
            "over the cap of all": max(self.most_of_all - cap, 0),
        }
        return {name: what for name, what in wrong.items() if what}

    def __str__(self) -> str:
        hit = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (
            f"{self.accepted} runs accepted, {sum(self.kills.values())} SIGKILLs ({hit}), "
            f"{self.seconds:.0f} s: "
            f"{len(self.lost)} lost, {len(self.ended_twice)} ended twice, {len(self.unfinished)} not ended, "
            f"{len(self.wrong)} wrong, {len(self.run_too_often)} begun too often; "
            f"{', '.join(f'{n} {s}' for s, n in self.states.most_common())}; "
            f"at once {self.most_of_one} of one user, {self.most_of_all} of all"
        )


@dataclass
class Storm:
    """Asks for runs and kills processes until enough of both is done and every run has ended."""

    hub: RunningHub
    seed: int
    runs: int
    kills: int
    limit: float  # seconds
    say: Callable[[str], None] = lambda _: None
    ids: dict[str, tuple[str, int]] = field(default_factory=dict)  # job -> owner, number
    hit: Counter[str] = field(default_factory=Counter)
    tokens: dict[str, str] = field(default_factory=dict)
    began: float = 0.0

    def rage(self) -> Verdict:
        """All of it. Raises TimeoutError at the limit."""
        self._prepare()
        chance, self.began = random.Random(self.seed), time.monotonic()
        number, last = 0, self.began
        while number < self.runs or sum(self.hit.values()) < self.kills or self._open():
            if time.monotonic() - self.began > self.limit:
                raise TimeoutError(f"not all had ended within {self.limit} s: {self.verdict()}")
            for _ in range(5):
                if number < self.runs and self._backlog() < 40:
                    number += self._ask(number, chance)
            if sum(self.hit.values()) < self.kills and self._time_to_kill(time.monotonic() - last, number):
                time.sleep(chance.uniform(0, 0.5))
                self._kill_one(chance)
                last = time.monotonic()
            time.sleep(0.1)
        return self.verdict()

    # -- before
    def _prepare(self) -> None:
        for name in PEOPLE:
            self.hub.add_user(name)
            self.tokens[name] = self.hub.token_of(name)
            for attempts in (1, 4):
                body = {
                    "notebook": notebook(),
                    "slug": f"square-{attempts}",
                    "definition": definition(attempts),
                }
                answer = self._post(name, "/services/api/runs/processors", body)
                assert answer is not None
                assert answer.status_code in (200, 201), answer.text
        with self._database() as database:
            database.executescript(WITNESS)

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.hub.data / "headless.sqlite", timeout=30)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    # -- asking
    def _post(self, name: str, path: str, body: dict[str, Any]) -> httpx.Response | None:
        """The answer, or nothing where something on the way was just killed."""
        headers = {"Authorization": f"token {self.tokens[name]}", "Prefer": "respond-async"}
        with contextlib.suppress(httpx.TransportError):
            return httpx.post(self.hub.url + path, json=body, headers=headers, timeout=10, trust_env=False)
        return None

    def _ask(self, number: int, chance: random.Random) -> int:
        """1 where the run was accepted for sure; whoever got no answer asks again, as a program would."""
        name, attempts = PEOPLE[number % len(PEOPLE)], chance.choice((1, 4))
        inputs = {"number": number, "seconds": chance.choice((0.0, 0.1, 0.3, 1.5))}
        answer = self._post(name, f"{OGC}/processes/{name}:square-{attempts}/execution", {"inputs": inputs})
        away = answer is None or answer.status_code >= 500 or "html" in answer.headers["content-type"]
        if answer is None or away:  # a proxy that has just started does not know the api yet
            return 0
        assert answer.status_code == 201, answer.text
        self.ids[answer.headers["location"].rpartition("/")[2]] = (name, number)
        return 1

    def _open(self) -> int:
        """Runs that have not ended, also those whose answers were lost."""
        with self._database() as database:
            query = f"select count(*) from jobs where status not in {FINAL}"
            return int(database.execute(query).fetchone()[0])

    def _time_to_kill(self, since: float, asked: int) -> bool:
        """Kills are spread over the runs, so that there is always something under way; none waits long."""
        ended = asked - self._open()
        due = sum(self.hit.values()) * 0.9 * self.runs / self.kills
        return since > PATIENCE or (since > PAUSE and ended >= due)

    def _backlog(self) -> int:
        with self._database() as database:
            return int(database.execute("select count(*) from jobs where status = 'accepted'").fetchone()[0])

    # -- killing
    def _kill_one(self, chance: random.Random) -> None:
        pids = {kind: found for kind, found in self._pids().items() if found}
        # whoever is furthest behind its share, so that each kind has its turn
        kind = min(pids, key=lambda kind: (self.hit[kind] + 0.5) / SHARE[kind])
        if kind == "hub":
            self.hub.kill()
            self.hub.start()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(pids[kind]), signal.SIGKILL)
        self.hit[kind] += 1
        self.say(f"{time.monotonic() - self.began:6.1f} s: {kind} killed, {self._open()} runs open")

    def _pids(self) -> dict[str, list[int]]:
        """Who there is: the api, the proxy, runners, and what runners have forked."""
        found: dict[str, list[int]] = {"api": [], "proxy": [], "runner": [], "hub": [self.hub.process.pid]}
        logs = str(self.hub.data / "logs" / "servers")
        mark = f"JUPYTERHUB_API_URL=http://127.0.0.1:{Ports.of(self.hub.data).hub}/".encode()
        parents = {pid: int(fields[1]) for pid, fields in all_stat_fields() if fields[0] != "Z"}
        for pid in parents:
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if b"hub.api" in words and mark in Path(f"/proc/{pid}/environ").read_bytes():
                    found["api"].append(pid)
                elif b"polarhub_lab.runner" in words and not words[0].endswith(b"bwrap"):
                    said = str(Path(f"/proc/{pid}/fd/2").readlink())  # its log tells whose it is
                    found["runner"] += [pid] if said.startswith(logs) else []
        with contextlib.suppress(OSError):
            proxy = int((self.hub.data / "proxy.pid").read_text())
            found["proxy"] += [proxy] if proxy in parents else []
        # what a runner forks may keep its command line
        found["runner"] = [pid for pid in found["runner"] if parents[pid] not in found["runner"]]
        below, more = set(found["runner"]), set(found["runner"])
        while more:
            more = {pid for pid, parent in parents.items() if parent in more} - below
            below |= more
        found["kernel"] = sorted(below - set(found["runner"]))
        return found

    # -- afterwards
    def verdict(self) -> Verdict:
        """What the database says, and what the notebooks left in the homes."""
        with self._database() as database:
            rows = {r[0]: r[1:] for r in database.execute("select id, status, outputs, attempts from jobs")}
            seen = list(database.execute("select job, status, mine, everybodys from witness"))
        ends = Counter(job for job, status, _, _ in seen if status in FINAL)
        marks = Counter(
            (name, int(line)) for name in PEOPLE for line in self._marks(name) if line.isdecimal()
        )
        return Verdict(
            accepted=len(self.ids),
            states=Counter(row[0] for row in rows.values()),
            lost=[id for id in self.ids if id not in rows],
            unfinished=[id for id, row in rows.items() if row[0] not in FINAL],
            ended_twice=[id for id, count in ends.items() if count > 1],
            wrong=[id for id, who in self.ids.items() if id in rows and not _right(rows[id], who[1])],
            run_too_often=[
                id
                for id, who in self.ids.items()
                # an answer that was lost may have been a run as well: then the number has more than one
                if id in rows and marks[who] > self._allowed(who[1])
            ],
            most_of_one=max((mine for *_, mine, _ in seen), default=0),
            most_of_all=max((count for *_, count in seen), default=0),
            kills=self.hit,
            seconds=time.monotonic() - self.began,
        )

    def _allowed(self, number: int) -> int:
        """How often a number may have been run: once for each claim of each run with it."""
        with self._database() as database:
            query = "select coalesce(sum(attempts), 0) from jobs where json_extract(inputs, '$.number') = ?"
            return int(database.execute(query, (number,)).fetchone()[0])

    def _marks(self, name: str) -> list[str]:
        path = self.hub.data / "homes" / name / "ran.log"
        return path.read_text().splitlines() if path.exists() else []


def _right(row: tuple[str, str | None, int], number: int) -> bool:
    return row[0] != "successful" or f'"value": {number * number}' in (row[1] or "")
