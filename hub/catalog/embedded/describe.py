"""Collections of the embedded data as files, one a product: read, checked, made into STAC Collections."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hub.catalog.sources import Source
from hub.errors import BadFile

Json = dict[str, Any]
FOLDER = Path(__file__).parent / "collections"
IN_BOX = "/srv/polarhub/data"  # where users' servers see the data files, read-only
STAC = "1.1.0"
PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
FILE = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
SCIENTIFIC = "https://stac-extensions.github.io/scientific/v1.0.0/schema.json"
COG = "image/tiff; application=geotiff; profile=cloud-optimized"

Strict = ConfigDict(extra="forbid", frozen=True)


class Raster(BaseModel):
    """A raster of each tile: its address is the tile's, with a suffix."""

    model_config = Strict

    key: str
    suffix: str
    title: str
    roles: tuple[str, ...]
    unit: str | None = None
    nodata: int | None = None
    data_type: Literal["uint8", "int16", "float32"]
    gsd: int | None = Field(None, description="where it differs from the tile's on tiles of 2 m")
    only: int | None = Field(None, description="the one resolution that has it")

    def described(self, gsd: int) -> Json:
        """What a STAC asset says of it, without its address."""
        said: Json = {
            "title": self.title.format(gsd=gsd),
            "type": COG,
            "roles": list(self.roles),
            "unit": self.unit,
        }
        said |= {"nodata": self.nodata, "data_type": self.data_type}
        return {key: value for key, value in said.items() if value is not None}


class Imagery(BaseModel):
    """When the images were taken; `last` is null where all that is sure is: before the tile was made."""

    model_config = Strict

    first: date
    last: date | None


class Product(BaseModel):
    """A file of `collections/`."""

    model_config = Strict

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.{}-]*$")
    title: str
    description: str
    keywords: tuple[str, ...]
    licence: str
    doi: str | None = None
    page: Annotated[str, AfterValidator(str.strip)]
    source: str = Field(description="a name in sources.yaml")


class Mosaic(Product):
    """Tiles of a height model: a collection for each resolution."""

    layer: str
    epsg: Literal[3413, 3031]
    resolutions: tuple[int, ...]
    imagery: Imagery
    raster_is_outline: bool = Field(description="the outline is that of the raster, so its grid is known")
    assets: tuple[Raster, ...]


class Grid(BaseModel):
    """A raster in a file: its cells in metres of its CRS, and what each holds."""

    model_config = Strict

    crs: str
    cell: float = Field(gt=0)
    west: float
    north: float
    rows: int = Field(gt=0)
    columns: int = Field(gt=0)
    nodata: int
    unit: str
    data_type: Literal["int16"]
    variables: tuple[str, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres of its CRS."""
        south = self.north - self.rows * self.cell
        return self.west, south, self.west + self.columns * self.cell, self.north


class Gridded(Product):
    """One raster of one time."""

    grid: Grid
    first: date
    last: date


def _model(found: Any) -> type[Product]:
    keys = set(found) if isinstance(found, dict) else set()
    return Mosaic if "resolutions" in keys else Gridded if "grid" in keys else Product


def read(path: Path) -> Product:
    """One product. Raises BadFile with file and field."""
    try:
        found = yaml.safe_load(path.read_text())
        return _model(found).model_validate(found)
    except yaml.YAMLError as error:
        raise BadFile(f"is not YAML: {error}", where=path.name) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadFile(first["msg"], where=f"{path.name}: {'.'.join(map(str, first['loc']))}") from None


def products(folder: Path = FOLDER) -> list[Product]:
    """All products, by file name. Raises BadFile."""
    return [read(path) for path in sorted(folder.glob("*.yaml"))]


def _bounds(items: list[Json]) -> list[float]:
    boxes = [item["bbox"] for item in items]
    south, north = min(box[1] for box in boxes), max(box[3] for box in boxes)
    around = any(box[0] > box[2] for box in boxes)
    west = -180.0 if around else min(box[0] for box in boxes)
    return [west, south, 180.0 if around else max(box[2] for box in boxes), north]


def _ranges(items: list[Json], names: Iterable[str]) -> Json:
    def span(name: str) -> Json:
        values = [item["properties"][name] for item in items if name in item["properties"]]
        return {"minimum": min(values), "maximum": max(values)}

    return {name: span(name) for name in names}


def collection(
    product: Product,
    source: Source,
    items: list[Json],
    *,
    summaries: Json,
    ranges: Iterable[str] = (),
    assets: Json | None = None,
    gsd: int | None = None,
) -> Json:
    """The STAC Collection of items of a product; its extent and the `ranges` of properties are the items'."""
    times = [(p["start_datetime"], p["end_datetime"]) for p in (item["properties"] for item in items)]
    links = [{"rel": "about", "href": product.page, "type": "text/html", "title": "About the data"}]
    if product.doi:
        links.append({"rel": "cite-as", "href": f"https://doi.org/{product.doi}"})
    made = {
        "type": "Collection",
        "stac_version": STAC,
        "stac_extensions": [PROJECTION, SCIENTIFIC],
        "id": product.id.format(gsd=gsd),
        "title": product.title.format(gsd=gsd),
        "description": product.description,
        "keywords": list(product.keywords),
        "license": product.licence,
        "providers": [
            {"name": source.producer, "roles": ["producer", "licensor"], "url": product.page},
        ],
        "extent": {
            "spatial": {"bbox": [_bounds(items)]},
            "temporal": {"interval": [[min(t[0] for t in times), max(t[1] for t in times)]]},
        },
        "summaries": {**summaries, **_ranges(items, ranges)},
        "sci:citation": source.citation,
        "links": links,
    }
    return (
        made | ({"sci:doi": product.doi} if product.doi else {}) | ({"item_assets": assets} if assets else {})
    )
