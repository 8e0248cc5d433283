"""One JSON document from a catalog of others: within a time, within a size, from nowhere else."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

import httpcore
import httpx
from anyio import to_thread

from hub.catalog.outside.address import InsideAddress, redirected
from hub.catalog.outside.state import Trouble

MAX_BYTES = 20_000_000
REDIRECTS = 3
ACCEPT = "application/geo+json, application/json"


async def fetch_json(
    client: httpx.AsyncClient,
    url: str,
    *,
    body: dict[str, Any] | None = None,
    seconds: float = 6,
    max_bytes: int = MAX_BYTES,
) -> dict[str, Any]:
    """The JSON object at `url`; with a `body` it is POSTed. Raises Trouble with a state and a sentence."""
    try:
        async with asyncio.timeout(seconds):
            raw = await _bounded(client, url, body, max_bytes)
            return await to_thread.run_sync(_object, raw)
    except (TimeoutError, httpx.TimeoutException):
        raise Trouble("slow", f"gave no answer within {seconds:g} s.") from None
    except httpx.ConnectError as error:
        raise Trouble("unreachable", _why_not(error)) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpcore.ProtocolError):
        raise Trouble("failed", "broke off its answer.") from None


def _why_not(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, InsideAddress):
            return "leads to an inside address; POLARHUB_ALLOW_INSIDE_ADDRESSES would allow it."
        error = error.__cause__ or error.__context__
    return "cannot be reached from here."


async def _bounded(client: httpx.AsyncClient, url: str, body: dict[str, Any] | None, most: int) -> bytes:
    for _ in range(REDIRECTS + 1):
        method = "GET" if body is None else "POST"
        async with client.stream(method, url, json=body, headers={"Accept": ACCEPT}) as answer:
            if not answer.has_redirect_location:
                return await _read(answer, most)
            target = redirected(url, answer.headers["location"])
            if target is None:
                raise Trouble("wrong", "sends elsewhere, to another host; that was not followed.")
            url, body = target, None if answer.status_code == HTTPStatus.SEE_OTHER else body
    raise Trouble("wrong", "sends from one address to the next without end.")


async def _read(answer: httpx.Response, most: int) -> bytes:
    wanted = most if answer.is_success else 10_000  # of a refusal, the sentence is enough
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_bytes(65_536):
        parts.append(part)
        size += len(part)
        if size > wanted:
            break
    raw = b"".join(parts)
    if not answer.is_success:
        raise Trouble("failed", _refusal(answer.status_code, raw))
    if size > most:
        raise Trouble("wrong", f"sent more than {most // 1_000_000} MB; the rest was not read.")
    return raw


def _refusal(status: int, raw: bytes) -> str:
    word = f"answered {status}"
    try:
        said = json.loads(raw)
        reason = said.get("description") or said.get("detail") or said.get("message")
    except (ValueError, AttributeError, RecursionError):
        reason = None
    if not isinstance(reason, str) or not reason.isprintable():
        return f"{word}."
    return f"{word}: {reason[:200].rstrip('.')}."


def _no_number(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are not JSON, and no client of ours could read them


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Trouble("wrong", "sent something that is not JSON.") from None
    if not isinstance(found, dict):
        raise Trouble("wrong", "sent JSON that is not STAC.")
    return found
