"""`python -m hub.catalog.outside` for operators: `list` the catalogs, `crawl ID` to read a static one."""

import argparse
import asyncio
import sys
from collections.abc import Iterable

from hub.catalog.outside.address import outside_client
from hub.catalog.outside.crawl import Crawl, Limits
from hub.catalog.outside.crawled import crawled_path
from hub.catalog.outside.source import Source, chosen_sources
from hub.commands import said
from hub.errors import BadInput
from hub.settings import Settings


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hub.catalog.outside", description="Catalogs of others")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="which there are")
    crawl = commands.add_parser("crawl", help="read a static catalog into an index; run it again to go on")
    crawl.add_argument("id", help="the catalog's id")
    crawl.add_argument("--documents", type=int, default=Limits.documents, help="most documents in this run")
    crawl.add_argument("--seconds", type=float, default=Limits.seconds, help="most seconds of this run")
    return parser.parse_args()


async def crawl(source: Source, settings: Settings, limits: Limits) -> None:
    """Read a static catalog. Raises Unavailable."""
    path = crawled_path(settings, source.id)
    async with outside_client(settings.allow_inside_addresses) as client:
        crawling = Crawl(source, path, client, limits)
        whole = await crawling.run(lambda sentence: print(sentence, flush=True))
    print("It can be searched now." if whole else "A limit was reached: run this again to go on.")


def _list(sources: Iterable[Source]) -> None:
    for source in sources:
        how = "searched as it is" if source.kind == "api" else "to be crawled"
        print(f"{source.id:20} {source.title:26} {how:18} {source.address}")


def main() -> None:
    """Do what was asked. Raises PolarhubError."""
    arguments = _arguments()
    settings = Settings.load()
    sources = {source.id: source for source in chosen_sources(settings.outside_catalogs)}
    if arguments.command == "list":
        return _list(sources.values())
    static = [source.id for source in sources.values() if source.kind == "static"]
    if arguments.id not in static:
        raise BadInput(f"There is no static catalog of that id; there are: {', '.join(static) or 'none'}.")
    limits = Limits(documents=arguments.documents, seconds=arguments.seconds)
    asyncio.run(crawl(sources[arguments.id], settings, limits))


if __name__ == "__main__":
    sys.exit(said(main))
