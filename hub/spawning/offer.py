"""What the spawn page offers and what an API start may ask for: the same rules for every spawner."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from jupyterhub.spawner import Spawner, SpawnException

from hub.errors import BadInput
from hub.profiles import Machine, Profile, available, choose, preselected
from hub.spawning.capacity import Free
from hub.spawning.metering import Meter
from hub.spawning.names import Kind, kind_of

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent.parent / "templates"), autoescape=True)


def asked_for(options: Mapping[str, Any]) -> str | None:
    """The profile in `user_options`; nothing where none is named. Raises BadInput for anything else."""
    unknown = set(options) - {"profile"}
    if unknown:
        raise BadInput(
            f"There is no such option: {', '.join(sorted(map(str, unknown)))}.", where="user_options"
        )
    slug = options.get("profile")
    if slug is not None and not isinstance(slug, str):
        raise BadInput('Write the name of one environment, as in {"profile": "small"}.', where="profile")
    return slug


def agreed(kind: Kind, asked: str | None) -> str | None:
    """The profile that both the server's name and the options ask for. Raises BadInput where they differ."""
    if kind.profile is not None and asked not in (None, kind.profile):
        raise BadInput(f"This server is for the environment {kind.profile}.", where="profile")
    return kind.profile or asked


@dataclass(frozen=True)
class Offer:
    """The environments on offer, and what this machine can give of them."""

    profiles: tuple[Profile, ...]
    machine: Machine
    homes: Path
    meter: Meter
    warning: str | None = None

    def form(self, spawner: Spawner) -> str:
        """The choice as HTML, for the page around it."""
        offers = available(self.profiles, self.machine, groups_of(spawner))
        last = (spawner.orm_spawner.user_options or {}).get("profile") if spawner.orm_spawner else None
        able = [p.slug for p, reason in offers if reason is None]
        default = preselected(offers)
        return TEMPLATES.get_template("choices.html").render(
            offers=offers,
            chosen=last if last in able else default.slug if default else None,
            free=Free.now(self.homes).sentence(self.machine),
            month=self.meter.month(spawner.user.name, groups_of(spawner)),
            warning=self.warning,
        )

    def from_form(self, data: Mapping[str, list[str]], spawner: Spawner) -> dict[str, str]:
        """`user_options` from the form that was sent. Raises ValueError, whose text the page shows."""
        slug = next(iter(data.get("profile", [])), None)
        try:
            return {"profile": choose(self.profiles, self.machine, groups_of(spawner), slug).slug}
        except BadInput as error:
            raise ValueError(error.message) from None

    def apply(self, spawner: Spawner, options: Mapping[str, Any]) -> None:
        """Give the server what its profile says. Raises SpawnException, which every client sees as a 400."""
        try:
            asked = agreed(kind_of(spawner.name), asked_for(options))
            profile = choose(self.profiles, self.machine, groups_of(spawner), asked)
        except BadInput as error:
            spawner.orm_spawner.user_options = {}  # else the next start without options would fail as well
            raise SpawnException(error.message, reason="profile") from None
        if spent := self.meter.refusal(spawner.user.name, groups_of(spawner)):
            raise SpawnException(spent, reason="quota", status_code=403)
        spawner.profile = profile
        spawner.cpu_limit, spawner.mem_limit = profile.cpu, profile.memory


def groups_of(spawner: Spawner) -> frozenset[str]:
    """The names of the groups that the owner of a server is in."""
    return frozenset(group.name for group in spawner.user.groups)
