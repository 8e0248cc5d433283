"""What a catalog of others answered: checked again here, put into our words, or left out with a reason."""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.catalog.outside.address import joined, origin_of
from hub.catalog.outside.area import Area
from hub.catalog.outside.ask import Ask
from hub.catalog.outside.state import Trouble
from hub.catalog.question import read_time
from hub.catalog.search import Interval, Json, Search
from hub.errors import BadInput

MOST_ITEMS = 2_000
MOST_POSITIONS = 20_000
MOST_LINKS = 20
OPENED_WITH = frozenset({"https", "http", "s3", "gs", "az", "abfs"})
_ZONELESS = re.compile(r"[^T]+T[\d:.]+")  # some catalogs forget the zone; all mean UTC
OURS = frozenset({"self", "root", "parent", "collection", "next", "prev", "items", "item", "child"})
REASONS = {
    "nonsense": "are not STAC items",
    "strange": "are not of what was asked for",
    "time": "lie outside the dates",
    "area": "lie outside the area",
    "filter": "do not match the filter",
}


@dataclass
class Batch:
    """One page of one catalog: what is good of it, and in a sentence what is wrong with the rest."""

    items: list[Json] = field(default_factory=list)
    matched: int | None = None
    wrong: str = ""


class Reader:
    """Reads the answers to one question."""

    def __init__(self, search: Search, area: Area | None, matches: Callable[[Json], bool]) -> None:
        self.search = search
        self.area = area
        self.matches = matches

    @classmethod
    def plain(cls) -> "Reader":
        """One that asks for nothing but a STAC item."""
        return cls(Search(), None, lambda _: True)

    def read(self, ask: Ask, asked: str, answer: Json) -> Batch:
        """The good items of an answer to the address `asked`. Raises Trouble where it is no answer."""
        features = answer.get("features")
        if answer.get("type") != "FeatureCollection" or not isinstance(features, list):
            raise Trouble("wrong", "sent JSON that is not a list of STAC items.")
        batch = Batch(matched=_matched(answer))
        bad: Counter[str] = Counter()
        seen: set[tuple[str, str]] = set()
        for feature in features[:MOST_ITEMS]:
            if isinstance(feature, dict) and feature.get("collection") is None and len(ask.collections) == 1:
                feature = {**feature, "collection": ask.collections[0]}
            reason = self._fault(ask, feature)
            if reason is None and (key := (feature["collection"], feature["id"])) not in seen:
                seen.add(key)
                batch.items.append(as_ours(ask, asked, feature))
            elif reason:
                bad[reason] += 1
        faults = [f"{n} of {len(features)} items {REASONS[why]}" for why, n in bad.most_common()]
        if faults:
            batch.wrong = f"{', '.join(faults)}: left out."
        if len(features) > MOST_ITEMS:
            batch.wrong += f" It sent {len(features)} items where {self.search.limit} were asked for."
        batch.wrong = batch.wrong.strip()
        return batch

    def _fault(self, ask: Ask, feature: Any) -> str | None:
        """Why an item is left out: a key of REASONS, empty where the catalog could not know; None if good."""
        if not _is_item(feature):
            return "nonsense"
        ids = self.search.ids
        if feature["collection"] not in ask.collections or (ids and feature["id"] not in ids):
            return "strange"
        if self.search.interval and not _within(feature["properties"], self.search.interval):
            return "time"
        if self.area:
            if not self.area.holds(feature["geometry"]):
                return "" if self.area.seen_flat(feature["geometry"], feature.get("bbox")) else "area"
            if self.area.earlier(ask.part, feature["geometry"], ask.source.understands.intersects):
                return ""
        if self.search.where and not self._matches(named(ask, feature)):
            return "filter" if "filter" in ask.body else ""
        return None

    def _matches(self, item: Json) -> bool:
        try:
            return self.matches(item)
        except BadInput:  # its geometry cannot be read
            return False


def named(ask: Ask, feature: Json) -> Json:
    """The item with the name that its collection has here."""
    return {**feature, "collection": ask.source.named(feature["collection"])}


def as_ours(ask: Ask, asked: str, feature: Json) -> Json:
    """The item as it is shown here: full addresses, its origin, no links that would lead past us."""
    links = [n for n in feature.get("links") or [] if isinstance(n, dict) and isinstance(n.get("href"), str)]
    own = next((n["href"] for n in links if n.get("rel") == "self"), None)
    base = joined(asked, own) if own else asked
    kept = [{**n, "href": joined(base, n["href"])} for n in links if n.get("rel") not in OURS][:MOST_LINKS]
    if own:
        kept.append({"rel": "canonical", "type": "application/geo+json", "href": base})
    return {
        **{k: v for k, v in feature.items() if not k.startswith("polarhub:")},
        "stac_version": str(feature.get("stac_version") or "1.0.0"),
        "collection": ask.source.named(feature["collection"]),
        "links": [n for n in kept if origin_of(n["href"])],
        "assets": _assets(feature.get("assets"), base),
        "polarhub:source": ask.source.id,
    }


def _assets(assets: Any, base: str) -> Json:
    good: Json = {}
    for key, asset in assets.items() if isinstance(assets, dict) else ():
        if isinstance(asset, dict) and isinstance(asset.get("href"), str):
            href = joined(base, asset["href"])
            if scheme_of(href) in OPENED_WITH:
                good[key] = {**asset, "href": href}
    return good


def scheme_of(href: str) -> str:
    """What an address is opened with."""
    return href.partition("://")[0].lower() if "://" in href else ""


def _is_item(feature: Any) -> bool:
    return (
        isinstance(feature, dict)
        and feature.get("type") == "Feature"
        and isinstance(feature.get("id"), str)
        and 0 < len(feature["id"]) <= 500
        and isinstance(feature.get("properties"), dict)
        and isinstance(feature.get("collection"), str | None)
        and (feature.get("links") is None or isinstance(feature["links"], list))
        and _is_geometry(feature.get("geometry"))
    )


def _is_geometry(geometry: Any) -> bool:
    if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
        return False
    left = MOST_POSITIONS * 3
    todo = [geometry.get("coordinates"), geometry.get("geometries")]
    while todo and left > 0:
        part = todo.pop()
        if isinstance(part, list):
            todo.extend(part)
        elif isinstance(part, dict):
            todo.extend([part.get("coordinates"), part.get("geometries")])
        elif part is not None:
            left -= 1
            if isinstance(part, bool) or not isinstance(part, int | float) or not math.isfinite(part):
                return False
    return 0 < left < MOST_POSITIONS * 3


def _within(properties: Json, interval: Interval) -> bool:
    """Whether an item's time or time span meets the interval."""
    try:
        instant = _time(properties.get("datetime"))
        start = _time(properties.get("start_datetime")) or instant
        end = _time(properties.get("end_datetime")) or instant
    except BadInput:
        return False
    after, before = interval
    if start is None and end is None:
        return False
    return not ((before and start and start > before) or (after and end and end < after))


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadInput("no time")
    text = value.replace(" ", "T")
    return read_time(f"{text}Z" if _ZONELESS.fullmatch(text) else text)


def _matched(answer: Json) -> int | None:
    context = answer.get("context")
    found = answer.get("numberMatched", context.get("matched") if isinstance(context, dict) else None)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None
