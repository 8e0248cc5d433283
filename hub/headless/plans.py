"""Plans as data: how many CPU-hours a month somebody may use, and who has which."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from hub.errors import BadFile, BadSetting

FILE = Path(__file__).with_name("plans.yaml")
GROUP = "plan-"


class Plan(BaseModel):
    """CPU-hours of a calendar month; none: no bound."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str = Field(min_length=1, max_length=60)
    hours: float | None = Field(None, gt=0)

    @property
    def seconds(self) -> float:
        """CPU seconds of a month; infinite where there is no bound."""
        return float("inf") if self.hours is None else self.hours * 3600


@dataclass(frozen=True)
class Plans:
    """All plans by name, and which of them a user has whom no group gives one."""

    plans: Mapping[str, Plan]
    default: str

    def __post_init__(self) -> None:
        if self.default not in self.plans:
            raise BadSetting(
                f"There is no such plan; there are {', '.join(self.plans)}.", where="POLARHUB_PLAN"
            )

    def of_groups(self, groups: Collection[str]) -> str | None:
        """The name of the largest plan that these groups give; none where they give none."""
        given = [g.removeprefix(GROUP) for g in groups if g.startswith(GROUP)]
        return max((g for g in given if g in self.plans), key=lambda g: self.plans[g].seconds, default=None)

    def named(self, name: str | None) -> tuple[str, Plan]:
        """The plan of this name, or the default where there is none (any more)."""
        found = name if name is not None and name in self.plans else self.default
        return found, self.plans[found]


def read_plans(default: str, path: Path = FILE) -> Plans:
    """The plans of a file. Raises BadFile with file and field, BadSetting where the default is not in it."""
    place = f"{path.parent.name}/{path.name}"
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        raise BadFile("The file cannot be read as YAML.", where=place) from None
    try:
        return Plans(RootModel[dict[str, Plan]].model_validate(fields).root, default)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadFile(f"{first['msg']}.", where=f"{place}: {'.'.join(map(str, first['loc']))}") from None
