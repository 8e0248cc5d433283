"""`python -m polarhub_lab.runner`: how the hub starts a runner."""

import asyncio
import contextlib
import logging
import signal

from polarhub_lab.runner.facts import Facts
from polarhub_lab.runner.loop import Runner


async def _live() -> None:
    runner = Runner(Facts.read())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, runner.stop)
    await runner.live()


def main() -> None:
    """Run jobs until there have been none for some time, or until told to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s runner: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_live())


if __name__ == "__main__":
    main()
