"""Errors as JSON: {code, description, where}, one sentence for a person and the place to change."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from hub.errors import PolarhubError, status_of


async def say_error(_: Request, error: Exception) -> JSONResponse:
    """An error of ours, with the parameter it is about."""
    if not isinstance(error, PolarhubError):
        raise error
    return _said(type(error).__name__, error.message, error.where, status_of(error))


async def say_http_error(_: Request, error: Exception) -> JSONResponse:
    """An address that is not there, a method that it does not have."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers) if error.headers else None
    return _said("HTTPError", f"{error.detail}.", None, error.status_code, headers)


async def say_invalid(_: Request, error: Exception) -> JSONResponse:
    """A request that FastAPI could not read: 400 with the first parameter that is wrong, not 422."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return _said("BadInput", f"{first['msg']}.", where, 400)


def _said(
    code: str, description: str, where: str | None, status: int, headers: dict[str, str] | None = None
) -> JSONResponse:
    body = {"code": code, "description": description, "where": where}
    return JSONResponse({k: v for k, v in body.items() if v}, status, headers)
