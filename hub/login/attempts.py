"""How often a wrong password may be tried, and how long to wait after that.

Three counts, so that neither a guesser gets far nor somebody can lock a colleague out:
one address at one account, all addresses at one account, one address at all accounts.
Whoever signed in to an account from an address before is not held up by what others try there.
An account that does not exist is counted like one that does.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

FORGET_AFTER = 3600.0  # seconds without a failure until a count starts again


@dataclass(frozen=True)
class Rule:
    """So many failures are free; then each one doubles the wait, up to the longest (seconds)."""

    free: int
    first_wait: float = 60.0
    longest_wait: float = 900.0

    def wait(self, failures: int) -> float:
        """Seconds between a failure and the next try."""
        if failures < self.free:
            return 0.0
        return min(self.first_wait * 2.0 ** min(failures - self.free, 16), self.longest_wait)


PAIR, ACCOUNT, ADDRESS = Rule(5), Rule(50), Rule(100)


@dataclass
class Count:
    """Failures, and when the last one was."""

    failures: int = 0
    last: float = 0.0


class Attempts:
    """Counts failures in memory; a restart forgets them, which takes longer than the wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, remember: int = 20_000) -> None:
        self.clock, self.remember = clock, remember
        self._counts: dict[Hashable, Count] = {}
        self._known: dict[str, list[str]] = {}

    def begin(self, account: str, address: str) -> float:
        """0 where the password may be looked at now, which counts as a failure until `succeeded` says else.

        Otherwise the seconds to wait. Counting first keeps parallel requests from slipping through.
        """
        rules = self._rules(account, address)
        now = self.clock()
        wait = max(self._wait(key, rule, now) for key, rule in rules.items())
        if wait > 0:
            return wait
        for key in rules:
            count = self._counts.pop(key, Count())  # re-inserted: the oldest stays in front
            if now - count.last > FORGET_AFTER:
                count = Count()
            self._counts[key] = Count(count.failures + 1, now)
        while len(self._counts) > self.remember:
            del self._counts[next(iter(self._counts))]
        return 0.0

    def succeeded(self, account: str, address: str) -> None:
        """The password was right: this address is welcome at this account, and nothing was a failure."""
        for key in self._rules(account, address):
            if count := self._counts.get(key):
                count.failures -= 1
        self._counts.pop((account, address), None)
        known = self._known.setdefault(account, [])
        if address in known:
            known.remove(address)
        known.append(address)
        del known[:-10]

    def _rules(self, account: str, address: str) -> dict[Hashable, Rule]:
        rules: dict[Hashable, Rule] = {(account, address): PAIR, ("address", address, ""): ADDRESS}
        if address not in self._known.get(account, ()):
            rules["account", account, ""] = ACCOUNT
        return rules

    def _wait(self, key: Hashable, rule: Rule, now: float) -> float:
        count = self._counts.get(key)
        if count is None or now - count.last > FORGET_AFTER:
            return 0.0
        return count.last + rule.wait(count.failures) - now if count.failures >= rule.free else 0.0


def in_words(seconds: float) -> str:
    """A wait as people say it."""
    if seconds <= 90:
        return f"{max(2, round(seconds))} seconds"
    return f"{-(-round(seconds) // 60)} minutes"
