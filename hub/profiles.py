"""spawner_profiles/*.yaml as data: what each environment gives, to whom, and whether it fits this machine."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hub.errors import BadFile, BadInput

GB = 10**9
UNITS = {"MB": 10**6, "GB": GB, "TB": 10**12, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
SLUG = re.compile(r"[a-z][a-z0-9-]{0,29}")


def parse_size(value: object) -> int:
    """Bytes of "8 GB" (8 x 10^9, as on a disk's label) or "8 GiB" (8 x 2^30). Raises ValueError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([A-Za-z]+)", value.strip()) if isinstance(value, str) else None
    size = float(found[1]) * UNITS.get(found[2], 0) if found else 0
    if size < 1:
        raise ValueError(f"`{value}` is no size: write a number and one of {', '.join(UNITS)}, as in `8 GB`")
    return int(size)


def say_size(size: float) -> str:
    """Bytes as people read them: "8 GB", "1.5 GB", "350 MB"."""
    number, unit = (size / GB, "GB") if size >= GB else (size / 10**6, "MB")
    return f"{number:.1f}".removesuffix(".0") + f" {unit}" if number < 10 else f"{number:.0f} {unit}"


def parse_groups(value: object) -> frozenset[object]:
    """The names in a list. Raises ValueError."""
    if not isinstance(value, list | tuple | frozenset):
        raise ValueError("Write a list, as in `[staff]`")
    return frozenset(value)


Size = Annotated[int, BeforeValidator(parse_size)]
Groups = Annotated[frozenset[str], BeforeValidator(parse_groups)]


class Profile(BaseModel):
    """One environment on offer; `memory` and `disk` are in bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    slug: str
    title: str = Field(min_length=1, max_length=60)
    description: str = Field(min_length=1, max_length=300)
    cpu: float = Field(gt=0, le=1024, description="processors' worth of time")
    memory: Size
    disk: Size
    groups: Groups = Field(frozenset(), description="whose members may use it; empty: everybody")
    default: bool = False
    terminal: bool = Field(True, description="whether JupyterLab offers a terminal")
    show_figures: bool = Field(True, description="whether the offering names the figures")
    order: int = Field(0, description="place in the list, smallest first")

    @property
    def figures(self) -> str:
        """What it gives in a line, or nothing where the offering names no figures."""
        if not self.show_figures:
            return ""
        return f"{self.cpu:g} CPU · {say_size(self.memory)} memory · {say_size(self.disk)} disk"


@dataclass(frozen=True)
class Machine:
    """What there is in all: processors, memory and the disk that holds the homes, both in bytes."""

    cpu: float
    memory: int
    disk: int

    def lacks(self, profile: Profile) -> str | None:
        """Why this machine can never give the profile; nothing where it can.

        Only its size counts. What others use at the moment is for the moment: it is told, not refused.
        """
        if profile.cpu > self.cpu:
            return f"It takes {profile.cpu:g} CPU, this machine has {self.cpu:g}."
        if profile.memory > self.memory:
            return f"It takes {say_size(profile.memory)} memory, this machine has {say_size(self.memory)}."
        if profile.disk > self.disk:
            return f"It takes {say_size(profile.disk)} disk, this machine's has {say_size(self.disk)}."
        return None


class _OnceEach(yaml.SafeLoader):
    """YAML without repeated keys, of which the last would win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(problem=f"`{key}` stands here twice")
        return super().construct_mapping(node, deep)


def _fields(path: Path, place: str) -> dict[str, Any]:
    try:
        fields = yaml.load(path.read_text(encoding="utf-8"), _OnceEach)  # noqa: S506 - derived from SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        said = getattr(error, "problem", None) or getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise BadFile(f"The file cannot be read: {said}.", where=place) from None
    if not isinstance(fields, dict):
        raise BadFile("Write one `field: value` a line.", where=place)
    return fields


def read_profile(path: Path) -> Profile:
    """One profile from its file, whose name is its slug. Raises BadFile with `file: field`."""
    place = f"{path.parent.name}/{path.name}"
    if not SLUG.fullmatch(path.stem):
        raise BadFile("Name it by lower-case letters, digits and hyphens, a letter first.", where=place)
    fields = _fields(path, place)
    if "slug" in fields:
        raise BadFile("Leave it out: the file's name is the slug.", where=f"{place}: slug")
    try:
        return Profile(slug=path.stem, **fields)
    except (ValidationError, TypeError) as error:
        raise _bad_field(error, place) from None


def _bad_field(error: ValidationError | TypeError, place: str) -> BadFile:
    if isinstance(error, TypeError):
        return BadFile("Every field's name is a word.", where=place)
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        known = ", ".join(f for f in Profile.model_fields if f != "slug")
        return BadFile(f"There is no such field; there are {known}.", where=f"{place}: {name}")
    if first["type"] == "missing":
        return BadFile("This field is missing.", where=f"{place}: {name}")
    return BadFile(first["msg"].removeprefix("Value error, ") + ".", where=f"{place}: {name}")


def read_profiles(folder: Path) -> list[Profile]:
    """All profiles of a folder, in their order. Raises BadFile where one, or all together, cannot be used."""
    files = sorted(p for p in folder.glob("*") if p.suffix in (".yaml", ".yml"))
    slugs = [path.stem for path in files]
    for path in files:
        if slugs.count(path.stem) > 1:
            raise BadFile("Another file has the same name.", where=f"{folder.name}/{path.name}: slug")
    profiles = [read_profile(path) for path in files]
    defaults = [p.slug for p in profiles if p.default]
    if len(defaults) != 1:
        said = (
            f"{' and '.join(defaults)} are all marked `default: true`" if defaults else "None is the default"
        )
        name = f"{defaults[1]}.yaml" if defaults else "*.yaml"
        raise BadFile(f"{said}: mark exactly one.", where=f"{folder.name}/{name}: default")
    return sorted(profiles, key=lambda p: (p.order, p.slug))


def allowed(profiles: Iterable[Profile], groups: Collection[str]) -> list[Profile]:
    """The profiles that a member of these groups may use."""
    return [p for p in profiles if not p.groups or p.groups & set(groups)]


def available(
    profiles: Iterable[Profile], machine: Machine, groups: Collection[str]
) -> list[tuple[Profile, str | None]]:
    """What to show a member of these groups: each profile, and why this machine cannot give it, if so."""
    return [(profile, machine.lacks(profile)) for profile in allowed(profiles, groups)]


def preselected(offers: Iterable[tuple[Profile, str | None]]) -> Profile | None:
    """The profile that a person gets who does not choose: the default, else the first that can be had."""
    able = [profile for profile, reason in offers if reason is None]
    return next((p for p in able if p.default), able[0] if able else None)


def choose(
    profiles: Iterable[Profile], machine: Machine, groups: Collection[str], slug: str | None = None
) -> Profile:
    """The profile that was asked for, or the default. Raises BadInput where it cannot be had."""
    offers = available(profiles, machine, groups)
    if slug is None:
        found = preselected(offers)
        if found is None:
            raise BadInput("This machine is too small for every environment.", where="profile")
        return found
    for profile, reason in offers:
        if profile.slug == slug:
            if reason:
                raise BadInput(f"{profile.title} is not available here. {reason}", where="profile")
            return profile
    names = ", ".join(p.slug for p, reason in offers if reason is None)
    raise BadInput(f"There is no environment of this name for you; there are {names}.", where="profile")
