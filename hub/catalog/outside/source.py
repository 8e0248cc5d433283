"""The catalogs of others as data: one file a catalog, read once, a typo named with file and field."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hub.errors import BadFile
from hub.settings import ROOT

SHIPPED = Path(__file__).parent / "catalogs"
Box = tuple[float, float, float, float]
"""west, south, east, north in degrees (EPSG:4326); west > east crosses the antimeridian."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OutsideCollection(_Strict):
    """One collection that is worth searching from here, described so that no network is needed to list it."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=3, max_length=120)]
    description: Annotated[str, Field(min_length=10)]
    licence: str | None = None
    bbox: Annotated[list[Box], Field(min_length=1)]
    interval: tuple[datetime | None, datetime | None]
    keywords: list[str] = []
    embedded: bool = False  # the same items are embedded here: it is searched only when it is named

    @field_validator("bbox")
    @classmethod
    def _boxes(cls, boxes: list[Box]) -> list[Box]:
        for west, south, east, north in boxes:
            if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
                raise ValueError("a box is west, south, east, north in degrees, south below north")
        return boxes

    @field_validator("interval")
    @classmethod
    def _zoned(cls, times: tuple[datetime | None, ...]) -> tuple[datetime | None, ...]:
        return tuple(t if t is None or t.tzinfo else t.replace(tzinfo=UTC) for t in times)


class Understands(_Strict):
    """What a catalog's search understands; whatever it does not is done here."""

    method: Literal["POST", "GET"] = "POST"
    intersects: bool = True
    filter: bool = False
    sort: bool = True
    largest_page: Annotated[int, Field(ge=1, le=1000)] = 100


class Source(_Strict):
    """A catalog of others."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
    title: Annotated[str, Field(min_length=3, max_length=60)]
    description: Annotated[str, Field(min_length=10)]
    address: str
    kind: Literal["api", "static"] = "api"
    licence: Annotated[str, Field(min_length=2, description="SPDX id, `various` or `proprietary`")]
    access: Annotated[str, Field(min_length=10, description="one sentence: what is needed to open the data")]
    time_limit: Annotated[float, Field(gt=0, le=60)] = 6
    understands: Understands = Understands()
    collections: list[OutsideCollection] = []

    @field_validator("id")
    @classmethod
    def _free(cls, value: str) -> str:
        if value == "polarhub":
            raise ValueError("is the name of what is embedded here")
        return value

    @field_validator("address")
    @classmethod
    def _web(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError("must be a web address, http or https, without a user name")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _distinct(self) -> "Source":
        ids = [c.id for c in self.collections]
        if len(ids) != len(set(ids)):
            raise ValueError("two collections have the same id")
        if self.kind == "api" and not ids:
            raise ValueError("a catalog that is searched needs at least one collection")
        return self

    def named(self, collection: str) -> str:
        """The name of one of its collections here; no embedded collection has a colon in its name."""
        return f"{self.id}:{collection}"

    def collection(self, own_id: str) -> OutsideCollection | None:
        """The collection of that id, as the catalog itself writes it."""
        return next((c for c in self.collections if c.id == own_id), None)

    def documents(self) -> list[dict[str, Any]]:
        """Its collections as STAC Collections, without links."""
        return [self.document(c) for c in self.collections]

    def document(self, about: OutsideCollection) -> dict[str, Any]:
        """One of its collections as a STAC Collection, without links."""
        return {
            "type": "Collection",
            "stac_version": "1.1.0",
            "stac_extensions": [],
            "id": self.named(about.id),
            "title": about.title,
            "description": about.description,
            "keywords": about.keywords,
            "license": about.licence or self.licence,
            "providers": [{"name": self.title, "roles": ["host"], "url": self.address}],
            "extent": {
                "spatial": {"bbox": [list(box) for box in about.bbox]},
                "temporal": {
                    "interval": [[t and t.isoformat().replace("+00:00", "Z") for t in about.interval]]
                },
            },
            "polarhub:source": self.id,
            "polarhub:access": self.access,
        }


def _zulu(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z") if time else None


def read_source(path: Path) -> Source:
    """One catalog. Raises BadFile with file and field."""
    try:
        return Source.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"cannot be read ({type(error).__name__}).", where=path.name) from None
    except yaml.YAMLError as error:
        raise BadFile(f"is not YAML: {str(error).splitlines()[0]}.", where=path.name) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "file"
        raise BadFile(
            first["msg"].removeprefix("Value error, ") + ".", where=f"{path.name}: {field}"
        ) from None


def read_sources(folder: Path) -> list[Source]:
    """All catalogs of a folder, by id. Raises BadFile for an unreadable one and for two of one id."""
    if not folder.is_dir():
        raise BadFile("is not a folder; POLARHUB_OUTSIDE_CATALOGS is on, off or a folder.", where=str(folder))
    found: dict[str, Source] = {}
    for path in sorted(folder.glob("*.yaml")):
        source = read_source(path)
        if source.id in found:
            raise BadFile(f"`{source.id}` is there twice; give one another id.", where=f"{path.name}: id")
        found[source.id] = source
    return list(found.values())


def chosen_sources(choice: str) -> list[Source]:
    """What POLARHUB_OUTSIDE_CATALOGS asks for: `on` the shipped ones, `off` none, else those of a folder."""
    if choice == "off":
        return []
    return read_sources(SHIPPED if choice == "on" else ROOT / Path(choice).expanduser())


def searched(sources: Iterable[Source]) -> dict[str, Source]:
    """Those that can be searched over the network, by id; static ones are crawled instead."""
    return {source.id: source for source in sources if source.kind == "api"}
