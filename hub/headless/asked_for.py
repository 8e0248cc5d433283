"""What is sent to schedules, batches and triggers: the fields that they share."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Place = Annotated[str, Field(pattern=r"^(\.|[^.\x00-\x1f]+(\.[^.\x00-\x1f]+)*)$", max_length=200)]


class Asked(BaseModel):
    """Which process is to be run, and with what."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    process: str = Field(min_length=1, max_length=128, description="id of a process")
    inputs: dict[str, Any] = Field(default={}, max_length=200, description="the same for every run")
    title: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f]*$")


class Bound(Asked):
    """… and which inputs get what of a STAC item."""

    bind: dict[str, Place] = Field(
        default={},
        max_length=50,
        description="input -> place in the item: `id`, `bbox`, `assets.data.href`; `.` is the whole item",
    )


def _moment(seconds: object) -> object:
    if isinstance(seconds, int | float):
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
    return seconds


Moment = Annotated[datetime, BeforeValidator(_moment)]
Id = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$", max_length=36)]
