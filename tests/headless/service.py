"""The whole api on a free port, and a hand that runs jobs as a runner would: it gives inputs back."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from hub.api.app import create_app
from hub.api.auth import SCOPE
from hub.headless.job import Finish, Job
from hub.headless.service import Headless
from hub.settings import Settings
from tests.fakes.hub import fake_hub, person, tokens_of
from tests.fakes.serving import served

OGC = "/services/api/ogc"
PEOPLE = {f"token-{name}": person(name, SCOPE, groups=("ice",)) for name in ("ada", "ben")}
LEASE = 30.0

Run = Callable[[Headless, Job], Finish]


def echo(_: Headless, job: Job) -> Finish:
    """What the echo notebook does, without a kernel."""
    kinds = {"image": "image/png"}
    outputs = {
        name: {"mediaType": kinds.get(name, "application/json"), "value": value}
        for name, value in job.inputs.items()
        if value is not None
    }
    return Finish(status="successful", outputs=outputs, cpu_seconds=0.1)


@dataclass
class Hand:
    """Runs one person's jobs, one after another, in a thread."""

    headless: Headless
    owner: str
    run: Run = echo
    rests: threading.Event = field(default_factory=threading.Event)
    ends: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Until it is told to end."""
        while not self.ends.wait(0.02):
            if self.rests.is_set():
                continue
            for job in self.headless.jobs.claim(self.owner, "small", "hand-0001", 1, LEASE):
                self.headless.changes.tell(self.owner, job.id)
                end = self.run(self.headless, job)
                self.headless.jobs.finish(self.owner, job.id, "hand-0001", job.fence, end)
                self.headless.changes.tell(self.owner, job.id)


@dataclass(frozen=True)
class Place:
    """A running api: its address, what is behind it, and the hand."""

    address: str
    headless: Headless
    hand: Hand

    def client(self, name: str = "ada", **more: Any) -> httpx.Client:
        """Somebody with a token, at the OGC API."""
        headers = {"Authorization": f"token token-{name}", **more.pop("headers", {})}
        return httpx.Client(base_url=self.address + OGC, headers=headers, timeout=30, trust_env=False, **more)


@contextmanager
def place(folder: Path, people: Mapping[str, Any] = PEOPLE, **settings: Any) -> Iterator[Place]:
    """The api, and ada's hand at work."""
    known = {"data": folder, "outside_catalogs": "off", **settings}
    with fake_hub(dict(people)) as hub:
        app = create_app(Settings.model_validate(known), tokens_of(hub))
        headless: Headless = app.state.headless
        with served(app) as address:
            hand = Hand(headless, "ada")
            thread = threading.Thread(target=hand.work, daemon=True)
            thread.start()
            try:
                yield Place(address, headless, hand)
            finally:
                hand.ends.set()
                thread.join(10)
