"""Which content encoding an answer gets: what the browser takes, in the order of what saves most."""

from collections.abc import Collection

IDENTITY = "identity"
PREFERRED = ("br", "gzip")  # where the browser likes them equally


def choose(accept: str | None, offered: Collection[str]) -> str:
    """The best of the offered encodings that an `Accept-Encoding` allows; identity where none is.

    Weights (q) are obeyed: 0 forbids, the highest wins, a tie goes to what is smaller. Identity is what is
    sent even where it is forbidden: a file that can be read is better than an error.
    """
    weights = _weights(accept or "")
    liked = [(weights.get(name, weights.get("*", 0.0)), name) for name in PREFERRED if name in offered]
    best = max(liked, key=lambda pair: pair[0], default=(0.0, IDENTITY))
    plain = weights.get(IDENTITY, 0.0)  # asked for by name, it may be liked better
    return best[1] if best[0] > 0 and best[0] >= plain else IDENTITY


def _weights(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        if name:
            found["gzip" if name == "x-gzip" else name] = _weight(parameters)
    return found


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
