"""What a value may be: the part of JSON Schema that definitions use, in the words of OpenAPI 3.0."""

import json
import math
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    model_validator,
)
from pydantic import ValidationError as Refused
from pydantic.alias_generators import to_camel

CHECKED = ("date", "date-time", "interval", "ogc-bbox", "geojson-geometry", "uri", "uuid", "email")
NOTED = ("int32", "int64", "float", "double", "byte", "binary")  # told to clients, nothing more to check
CRS = {
    "CRS84": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    "EPSG:3413": "http://www.opengis.net/def/crs/EPSG/0/3413",
    "EPSG:3031": "http://www.opengis.net/def/crs/EPSG/0/3031",
}
ENCODINGS = ("base64", "binary")

Kind = Literal["string", "number", "integer", "boolean", "array", "object"]

# which types a keyword speaks about
_ABOUT: dict[tuple[str, ...], tuple[Kind, ...]] = {
    ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum", "multiple_of"): ("number", "integer"),
    ("min_length", "max_length", "pattern", "content_media_type", "content_encoding"): ("string",),
    ("items", "min_items", "max_items", "unique_items"): ("array",),
    ("properties", "required", "additional_properties"): ("object",),
}


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("must be a number")
    return value


def _regex(value: str) -> str:
    """Patterns are Rust's, which take linear time whatever is sent."""
    try:
        pattern_of(value)
    except Exception as error:
        raise ValueError("is no regular expression that can be used here (no look-around)") from error
    return value


def pattern_of(pattern: str) -> TypeAdapter[str]:
    """What checks a string against a pattern, in time linear in its length."""
    return TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)])


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text."""
    try:
        pattern_of(pattern).validate_python(text)
    except Refused:
        return False
    return True


Number = Annotated[Any, BeforeValidator(_number)]
Count = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


class Part(BaseModel):
    """What every part of a definition has in common."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=False, validate_by_alias=True
    )

    def written(self) -> dict[str, Any]:
        """As in a file, without what was not said."""
        return self.model_dump(by_alias=True, exclude_unset=True, mode="json")


class Schema(Part):
    """A value's schema."""

    title: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=10_000)
    type: Kind | None = None
    format: str | None = None
    nullable: bool = False
    enum: list[JsonValue] | None = Field(None, min_length=1, max_length=1000)
    default: JsonValue = None
    example: JsonValue = None

    minimum: Number | None = None
    maximum: Number | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    multiple_of: Number | None = None

    min_length: Count | None = None
    max_length: Count | None = None
    pattern: Annotated[str, Field(max_length=1000), BeforeValidator(_regex)] | None = None
    content_media_type: str | None = Field(None, pattern=r"^[\w.+-]+/[\w.+*-]+$")
    content_encoding: Literal["base64", "binary"] | None = None

    items: "Schema | None" = None
    min_items: Count | None = None
    max_items: Count | None = None
    unique_items: bool = False

    properties: "dict[str, Schema] | None" = None
    required: list[str] | None = Field(None, min_length=1)
    additional_properties: bool | None = None

    one_of: "list[Schema] | None" = Field(None, min_length=1, max_length=20)
    any_of: "list[Schema] | None" = Field(None, min_length=1, max_length=20)
    all_of: "list[Schema] | None" = Field(None, min_length=1, max_length=20)

    # "any": whatever is sent, in whatever numbers, which only a process that does nothing with it wants
    crs: list[Literal["CRS84", "EPSG:3413", "EPSG:3031", "any"]] | None = Field(None, min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _newer_bounds(cls, given: Any) -> Any:
        """`"exclusiveMinimum": 0`, as newer JSON Schemas say it, is read too."""
        if not isinstance(given, dict):
            return given
        read = dict(given)
        for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if isinstance(read.get(exclusive), int | float) and not isinstance(read[exclusive], bool):
                if bound in read:
                    raise ValueError(f"say `{bound}` or a number as `{exclusive}`, not both")
                read[bound], read[exclusive] = read[exclusive], True
        return read

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        for names, kinds in _ABOUT.items():
            for name in names:
                if name in self.model_fields_set and self.type is not None and self.type not in kinds:
                    raise Misplaced(to_camel(name), f"is not for the type {self.type}")
        for low, high in (("minimum", "maximum"), ("min_length", "max_length"), ("min_items", "max_items")):
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise Misplaced(to_camel(low), f"is greater than `{to_camel(high)}`")
        if self.multiple_of is not None and self.multiple_of <= 0:
            raise Misplaced("multipleOf", "must be greater than 0")
        if self.format is not None and self.format not in (*CHECKED, *NOTED):
            raise Misplaced("format", f"must be one of {', '.join((*CHECKED, *NOTED))}")
        if self.crs is not None and self.format != "ogc-bbox":
            raise Misplaced("crs", "is for the format ogc-bbox")
        return self

    @property
    def binary(self) -> bool:
        """Whether the value is bytes, sent in base64."""
        return self.content_encoding is not None or self.format in ("binary", "byte")

    @property
    def allowed_crs(self) -> list[str]:
        """The addresses of the coordinate systems that a box may be in; the first is meant if none is said.

        Empty where any box is taken as it is.
        """
        names = self.crs or ["CRS84"]
        return [] if "any" in names else [CRS[name] for name in names]

    def openapi(self) -> dict[str, Any]:
        """In the keywords of OpenAPI 3.0, as the standard's `schema.yaml` has them."""
        if self.format == "ogc-bbox":
            return self._box()
        said = self.model_dump(by_alias=True, exclude_unset=True, mode="json", include=PLAIN)
        if self.items is not None:
            said["items"] = self.items.openapi()
        elif self.type == "array":
            said["items"] = {}
        if self.properties is not None:
            said["properties"] = {name: part.openapi() for name, part in self.properties.items()}
        for name in ("one_of", "any_of", "all_of"):
            if (parts := getattr(self, name)) is not None:
                said[to_camel(name)] = [part.openapi() for part in parts]
        return said

    def _box(self) -> dict[str, Any]:
        said = self.model_dump(
            by_alias=True,
            exclude_unset=True,
            mode="json",
            include={"title", "description", "nullable", "default"},
        )
        numbers = {"type": "array", "items": {"type": "number"}}
        sizes = [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]
        crs: dict[str, Any] = {"type": "string", "format": "uri"}
        if allowed := self.allowed_crs:
            crs |= {"enum": allowed, "default": allowed[0]}
        return {
            **said,
            "type": "object",
            "format": "ogc-bbox",
            "required": ["bbox"],
            "properties": {"bbox": {**numbers, "oneOf": sizes}, "crs": crs},
        }


PLAIN = {
    "title", "description", "type", "format", "nullable", "enum", "default", "example", "minimum", "maximum",
    "exclusive_minimum", "exclusive_maximum", "multiple_of", "min_length", "max_length", "pattern",
    "content_media_type", "content_encoding", "min_items", "max_items", "unique_items", "required",
    "additional_properties",
}  # fmt: skip


class Misplaced(ValueError):
    """A keyword that cannot be used where it stands."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(json.dumps([field, message]))
        self.field, self.message = field, message
