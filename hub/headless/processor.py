"""processor.json as data: what a process is called, takes, gives, and how it runs."""

import json
import keyword
import mimetypes
import re
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from hub.errors import BadFile
from hub.headless.fitting import Misfit, fit
from hub.headless.schema import Misplaced, Part, Schema

LARGEST = 256 * 1024  # bytes of a definition
DEEPEST = 32  # levels of a definition
SLUG = re.compile(r"[a-z][a-z0-9-]{0,62}")

Word = Annotated[str, Field(min_length=1, max_length=100)]
Name = Annotated[str, Field(min_length=1, max_length=255)]


class Input(Schema):
    """One input: the schema of its value, and what is said about it."""

    keywords: list[Word] = Field(default=[], max_length=50)
    unit: str | None = Field(None, max_length=50, description="unit of the number, such as km2")
    optional: bool = Field(False, description="the notebook's own value holds where it is not given")

    @property
    def has_default(self) -> bool:
        """Whether the definition says a value for when none is given; it may be null."""
        return "default" in self.model_fields_set

    @property
    def needed(self) -> bool:
        """Whether a run must be given a value."""
        return not self.optional and not self.has_default


class Output(Schema):
    """One output: a file that the run leaves, or a value that the notebook glues."""

    keywords: list[Word] = Field(default=[], max_length=50)
    unit: str | None = Field(None, max_length=50)
    media_type: str | None = Field(None, pattern=r"^[\w.+-]+/[\w.+-]+$", max_length=200)
    file: str | None = Field(None, max_length=200, description="pattern of a file in the run's folder")

    @field_validator("file")
    @classmethod
    def _inside(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            path = PurePosixPath(pattern)
            if path.is_absolute() or ".." in path.parts or "\\" in pattern or not path.parts:
                raise ValueError("must be a path or pattern inside the run's folder, such as `*.csv`")
        return pattern

    @model_validator(mode="after")
    def _known_type(self) -> Self:
        if self.file is not None and self.media_type is None and mimetypes.guess_type(self.file)[0] is None:
            raise Misplaced("mediaType", f"say what `{self.file}` is, such as text/csv")
        return self

    @property
    def kind(self) -> str:
        """Its media type."""
        guessed = mimetypes.guess_type(self.file)[0] if self.file else None
        return self.media_type or guessed or "application/json"


class Shared(Part):
    """Those who may see and run a process beside its owner."""

    users: list[Name] = Field(default=[], max_length=1000)
    groups: list[Name] = Field(default=[], max_length=100)


class Processor(Part):
    """A process as its author describes it."""

    title: str = Field(min_length=1, max_length=200)
    description: str = Field("", max_length=10_000)
    keywords: list[Word] = Field(default=[], max_length=50)
    inputs: dict[str, Input] = Field(default={}, max_length=100)
    outputs: dict[str, Output] = Field(default={}, max_length=100)
    notebook: str | None = Field(
        None, pattern=r"^[\w][\w. -]*\.ipynb$", max_length=200, description="its file, beside the definition"
    )
    kernel: str = Field("python3", pattern=r"^[A-Za-z0-9._-]{1,100}$")
    environment: str | None = Field(None, pattern=r"^[A-Za-z0-9._/-]{1,200}$")
    profile: str = Field("small", pattern=r"^[a-z][a-z0-9-]{0,29}$")
    time_limit: int = Field(3600, ge=1, le=7 * 86400, strict=True, description="seconds of a whole run")
    attempts: int = Field(1, ge=1, le=5, strict=True, description="tries where the system was at fault")
    visibility: Literal["private", "shared", "public"] = "private"
    shared: Shared = Shared()

    @field_validator("inputs")
    @classmethod
    def _variables(cls, inputs: dict[str, Input]) -> dict[str, Input]:
        for name in inputs:
            # papermill writes `name = value` into the notebook
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", name) or keyword.iskeyword(name):
                raise Misplaced(name, "must be a name that a variable can have: letters, digits and _")
        return inputs

    @field_validator("outputs")
    @classmethod
    def _names(cls, outputs: dict[str, Output]) -> dict[str, Output]:
        for name in outputs:
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", name):
                raise Misplaced(name, "must be letters, digits, _ and -, a letter first")
        return outputs

    @model_validator(mode="after")
    def _shared_with_somebody(self) -> Self:
        if self.visibility == "shared" and not (self.shared.users or self.shared.groups):
            raise Misplaced("shared", "name the users or groups that it is shared with")
        return self

    @classmethod
    def read(cls, given: str | bytes | dict[str, Any], where: str = "processor.json") -> "Processor":
        """From a file's text or a document. Raises BadFile with file and field."""
        document = _document(given, where)
        try:
            processor = cls.model_validate(document)
        except ValidationError as error:
            raise _bad(error, document, where) from None
        _check_examples(processor, where)
        return processor

    def open_to(self, user: str, groups: frozenset[str]) -> bool:
        """Whether somebody beside the owner may see and run it."""
        if self.visibility == "shared":
            return user in self.shared.users or bool(groups & set(self.shared.groups))
        return self.visibility == "public"

    def summary(self, process: str, version: str) -> dict[str, Any]:
        """What a list of processes tells, in the standard's words, without links."""
        return {
            "id": process,
            "version": version,
            "title": self.title,
            **({"description": self.description} if self.description else {}),
            **({"keywords": self.keywords} if self.keywords else {}),
            "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
            "outputTransmission": ["value", "reference"],
        }

    def describe(self, process: str, version: str) -> dict[str, Any]:
        """The whole description in the standard's words and OpenAPI 3.0's keywords, without links."""
        return {
            **self.summary(process, version),
            "inputs": {name: _described_input(name, one) for name, one in self.inputs.items()},
            "outputs": {name: _described_output(name, one) for name, one in self.outputs.items()},
        }


def _described(name: str, one: Input | Output) -> dict[str, Any]:
    return {
        "title": one.title or name,
        **({"description": one.description} if one.description else {}),
        **({"keywords": one.keywords} if one.keywords else {}),
        **({"unit": one.unit} if one.unit else {}),
    }


def _described_input(name: str, one: Input) -> dict[str, Any]:
    schema = {k: v for k, v in one.openapi().items() if k not in ("title", "description")}
    return {**_described(name, one), "schema": schema, "minOccurs": int(one.needed), "maxOccurs": 1}


def _described_output(name: str, one: Output) -> dict[str, Any]:
    schema = {k: v for k, v in one.openapi().items() if k not in ("title", "description")}
    if one.file is not None:
        text = one.kind.startswith("text/") or one.kind.endswith("json")
        schema = {"type": "string", "contentMediaType": one.kind} | (
            {} if text else {"contentEncoding": "binary"}
        )
    elif one.media_type is not None:
        schema.setdefault("contentMediaType", one.media_type)
    return {**_described(name, one), "schema": schema}


def _document(given: str | bytes | dict[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        if len(given) > LARGEST:
            raise BadFile(f"is larger than {LARGEST // 1024} KiB", where=where)
        try:
            given = json.loads(given)
        except RecursionError:
            raise BadFile(f"is nested more than {DEEPEST} levels deep", where=where) from None
        except ValueError as error:
            raise BadFile(f"is no JSON: {error}", where=where) from None
    if not isinstance(given, dict):
        raise BadFile('must be an object, as in {"title": …}', where=where)
    if _depth(given) > DEEPEST:
        raise BadFile(f"is nested more than {DEEPEST} levels deep", where=where)
    try:
        size = len(json.dumps(given, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, TypeError):
        raise BadFile("holds a number or a character that JSON has not", where=where) from None
    if size > LARGEST:
        raise BadFile(f"is larger than {LARGEST // 1024} KiB", where=where)
    return given


def _depth(document: Any) -> int:
    """Levels of a document, without going deeper than allowed."""
    level, levels = [document], 0
    while level and levels <= DEEPEST:
        levels += 1
        level = [
            part
            for one in level
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
    return levels


def _bad(error: ValidationError, document: dict[str, Any], where: str) -> BadFile:
    first = error.errors(include_url=False)[0]
    place, message = list(first["loc"]), first["msg"].removeprefix("Value error, ")
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, Misplaced):
        place, message = [*place, cause.field], cause.message
    if first["type"] == "extra_forbidden":
        message = "there is no such field"
    elif first["type"] == "missing":
        message = "is missing"
    steps = _steps(place, document)
    return BadFile(message, where=f"{where}: {'.'.join(steps)}" if steps else where)


def _steps(place: list[int | str], document: Any) -> list[str]:
    """The place in the document: pydantic's own words on the way, such as the arm of a union, left out."""
    steps: list[str] = []
    for step in place:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            if step != place[-1]:
                continue
        steps.append(str(step))
    return steps


def _check_examples(processor: Processor, where: str) -> None:
    """A default that the schema itself refuses is a mistake of the author, told at once."""
    for kind in ("inputs", "outputs"):
        for name, one in getattr(processor, kind).items():
            for field in ("default", "example"):
                if field in one.model_fields_set:
                    _check_fits(one, getattr(one, field), f"{where}: {kind}.{name}.{field}")


def _check_fits(schema: Schema, value: Any, where: str) -> None:
    try:
        fit(schema, value)
    except Misfit as error:
        raise BadFile(error.message, where=".".join([where, *map(str, error.steps)])) from None
