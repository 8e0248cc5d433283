"""Inputs by reference: fetched from the outside world, within a time and a size, never from inside."""

import asyncio
import base64
import json
from typing import Any

import httpcore
import httpx

from hub.catalog.outside.address import InsideAddress, redirected
from hub.errors import BadInput
from hub.headless.schema import Schema

LARGEST = 3_000_000  # bytes; in base64 they fit into what inputs may hold
SECONDS = 20.0
REDIRECTS = 3


async def fetch(client: httpx.AsyncClient, url: str, where: str) -> tuple[bytes, str]:
    """What an address holds, and its media type. Raises BadInput, at `where`, saying why not."""
    try:
        async with asyncio.timeout(SECONDS):
            return await _followed(client, url, where)
    except (TimeoutError, httpx.TimeoutException):
        raise BadInput(f"the address gave no answer within {SECONDS:g} s", where=where) from None
    except httpx.ConnectError as error:
        raise BadInput(why_not(error), where=where) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpcore.ProtocolError):
        raise BadInput("the address broke off its answer", where=where) from None


def why_not(error: BaseException | None) -> str:
    """Why no connection was made, in a sentence."""
    while error is not None:
        if isinstance(error, InsideAddress):
            return "the address leads inside; POLARHUB_ALLOW_INSIDE_ADDRESSES would allow it"
        error = error.__cause__ or error.__context__
    return "the address cannot be reached from here"


async def _followed(client: httpx.AsyncClient, url: str, where: str) -> tuple[bytes, str]:
    for _ in range(REDIRECTS + 1):
        async with client.stream("GET", url, headers={"Accept": "*/*"}) as answer:
            if not answer.has_redirect_location:
                return await _body(answer, where), answer.headers.get("content-type", "")
            target = redirected(url, answer.headers["location"])
            if target is None:
                raise BadInput("the address sends on to another host; that was not followed", where=where)
            url = target
    raise BadInput("the address sends from one to the next without end", where=where)


async def _body(answer: httpx.Response, where: str) -> bytes:
    if not answer.is_success:
        raise BadInput(f"the address answered {answer.status_code}", where=where)
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_bytes(65_536):
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise BadInput(
                f"the address holds more than {LARGEST // 1_000_000} MB: let the notebook open it itself",
                where=where,
            )
    return b"".join(parts)


def as_value(schema: Schema, body: bytes, kind: str, where: str) -> Any:
    """What was fetched as a value of this schema: base64 for bytes, text, or JSON. Raises BadInput."""
    if takes_bytes(schema):
        return base64.b64encode(body).decode()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("the address holds no UTF-8 text", where=where) from None
    if takes_text(schema) and "json" not in kind.partition(";")[0].lower():
        return text
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        if takes_text(schema):
            return text
        raise BadInput("the address holds no JSON", where=where) from None


def _no_number(word: str) -> None:
    raise ValueError(word)


def choices(schema: Schema) -> list[Schema]:
    """The schema, and those that a value may be of instead."""
    return [schema, *(schema.one_of or []), *(schema.any_of or [])]


def takes_bytes(schema: Schema) -> bool:
    """Whether the value is bytes in base64, or may be."""
    return any(one.binary for one in choices(schema))


def takes_text(schema: Schema) -> bool:
    """Whether the value may be a string."""
    return any(one.type == "string" for one in choices(schema))
