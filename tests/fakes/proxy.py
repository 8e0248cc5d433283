"""A small real proxy: passes requests on with headers of its own, as configurable-http-proxy does."""

from typing import Any

import httpx


def passing_on(address: str, headers: dict[str, str]) -> Any:
    """An ASGI app that forwards everything to `address`; `headers` replace those of the client."""

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        own = {name.lower() for name in headers}
        passed = [(k.decode(), v.decode()) for k, v in scope["headers"] if k.decode() not in own]
        url = f"{address}{scope['path']}?{scope['query_string'].decode()}".rstrip("?")
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            request = client.build_request(
                scope["method"], url, headers=[*passed, *headers.items()], content=body
            )
            answer = await client.send(request)
        kept = [
            (k.encode(), v.encode()) for k, v in answer.headers.items() if k in ("content-type", "location")
        ]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
        await send({"type": "http.response.body", "body": answer.content})

    return proxy
