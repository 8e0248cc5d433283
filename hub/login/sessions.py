"""When a session ends: so many hours after signing in, for the cookie and every token it led to."""

import time
from typing import Protocol


class TokenRequest(Protocol):
    """What is known as a token is made."""

    session_id: str | None


class Sessions:
    """Knows for each browser session when it ends (Unix time, s)."""

    def __init__(self, length: float) -> None:
        self.length = length  # seconds
        self._ends: dict[str, float] = {}

    def end_of_cookie(self, cookie: str) -> float:
        """The end of the session of a login cookie that was checked before.

        Tornado signs `2|1:0|10:TIME|…`, the lengths before the colons; TIME is when one signed in.
        """
        return int(cookie.split("|")[2].partition(":")[2]) + self.length

    def remember(self, session_id: str, end: float) -> None:
        """Keep the end until tokens of this session are made; sessions that are over are forgotten."""
        now = time.time()
        self._ends = {key: value for key, value in self._ends.items() if value > now}
        self._ends[session_id] = end

    def token_seconds(self, request: TokenRequest) -> int:
        """How long a token may live that is made now: as long as its session."""
        end = self._ends.get(request.session_id or "", 0.0)
        return max(1, int(end - time.time()))
