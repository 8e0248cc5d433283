"""/services/api/lab/…: JupyterLab's files, for anybody: they are what public packages hold."""

import re
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from hub.encoding import IDENTITY, choose
from hub.errors import NotFound
from hub.lab_files.store import DIGEST, SUFFIX, store

YEAR = "public, max-age=31536000, immutable"
SEGMENT = re.compile(r"[\w@][\w@.+-]*")  # no hidden file, no way up
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".eot": "application/vnd.ms-fontobject",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


def lab_router(data: Path) -> APIRouter:
    """Serves the builds that a hub keeps in its data folder, each file as small as the browser takes it."""
    router = APIRouter(tags=["lab"])

    @router.api_route(
        "/lab/{digest}/{name:path}",
        methods=["GET", "HEAD"],
        summary="A file of JupyterLab, the same for everybody",
        include_in_schema=False,
    )
    async def lab_file(digest: str, name: str, request: Request) -> Response:
        plain = _find(store(data), digest, name)
        accept = request.headers.get("accept-encoding")
        path, encoding = await run_in_threadpool(_variant, plain, accept)
        size = path.stat().st_size
        headers = {
            "Cache-Control": YEAR,
            "Vary": "Accept-Encoding",
            "ETag": f'"{digest}-{encoding}-{size}"',
            "X-Content-Type-Options": "nosniff",
        }
        if encoding != IDENTITY:
            headers["Content-Encoding"] = encoding
        if _holds(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return FileResponse(
            path, headers=headers, media_type=TYPES.get(plain.suffix, "application/octet-stream")
        )

    return router


def _find(folder: Path, digest: str, name: str) -> Path:
    path = folder / digest / "files" / name
    well_formed = DIGEST.fullmatch(digest) and all(SEGMENT.fullmatch(part) for part in name.split("/"))
    if not well_formed or path.suffix in SUFFIX.values() or not path.is_file():
        raise NotFound("There is no such file of JupyterLab: reload the page.")
    return path


def _variant(plain: Path, accept: str | None) -> tuple[Path, str]:
    packed = {encoding: plain.with_name(plain.name + suffix) for encoding, suffix in SUFFIX.items()}
    encoding = choose(accept, [name for name, path in packed.items() if path.exists()])
    return packed.get(encoding, plain), encoding


def _holds(if_none_match: str | None, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag in tags or "*" in tags
