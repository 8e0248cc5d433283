"""hub/login/attempts.py: guessers wait, colleagues do not."""

from hub.login.attempts import ACCOUNT, ADDRESS, FORGET_AFTER, PAIR, Attempts, in_words


class Clock:
    """Time that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(attempts: Attempts, times: int, account: str = "ada", address: str = "192.0.2.1") -> float:
    """The wait after so many wrong passwords in a row, none of which had to wait."""
    for _ in range(times):
        assert attempts.begin(account, address) == 0
    return attempts.begin(account, address)


def test_after_five_failures_one_waits_a_minute_and_then_longer() -> None:
    attempts = Attempts(clock := Clock())
    assert fail(attempts, PAIR.free) == 60
    clock.now += 61
    assert attempts.begin("ada", "192.0.2.1") == 0
    assert attempts.begin("ada", "192.0.2.1") == 120


def test_no_wait_is_longer_than_a_quarter_of_an_hour() -> None:
    assert max(rule.wait(10**6) for rule in (PAIR, ACCOUNT, ADDRESS)) == 900


def test_the_right_password_in_time_forgets_the_wrong_ones() -> None:
    attempts = Attempts(Clock())
    for _ in range(10):
        assert fail(attempts, PAIR.free - 1) == 0
        attempts.succeeded("ada", "192.0.2.1")


def test_an_hour_without_failures_forgets_them() -> None:
    attempts = Attempts(clock := Clock())
    assert fail(attempts, PAIR.free) > 0
    clock.now += FORGET_AFTER + 1
    assert fail(attempts, PAIR.free) == 60


def test_parallel_tries_are_counted_before_they_are_answered() -> None:
    attempts = Attempts(Clock())
    assert [attempts.begin("ada", "192.0.2.1") == 0 for _ in range(8)] == [True] * 5 + [False] * 3


def test_many_addresses_that_guess_one_account_are_held_up_together() -> None:
    attempts = Attempts(Clock())
    for i in range(ACCOUNT.free):
        assert attempts.begin("ada", f"198.51.100.{i}") == 0
    assert attempts.begin("ada", "203.0.113.9") > 0


def test_nobody_can_lock_ada_out_of_where_she_signed_in_before() -> None:
    attempts = Attempts(Clock())
    assert attempts.begin("ada", "192.0.2.1") == 0
    attempts.succeeded("ada", "192.0.2.1")
    for i in range(ACCOUNT.free + 1):
        attempts.begin("ada", f"198.51.100.{i}")
    assert attempts.begin("ada", "203.0.113.9") > 0
    assert attempts.begin("ada", "192.0.2.1") == 0


def test_one_address_that_tries_many_names_waits_whether_they_exist_or_not() -> None:
    attempts = Attempts(Clock())
    for i in range(ADDRESS.free):
        assert attempts.begin(f"name{i}", "192.0.2.1") == 0
    assert attempts.begin("another", "192.0.2.1") > 0


def test_memory_has_an_end() -> None:
    attempts = Attempts(Clock(), remember=100)
    for i in range(500):
        attempts.begin(f"name{i}", f"10.0.{i // 250}.{i % 250}")
    assert len(attempts._counts) <= 100


def test_a_wait_in_words() -> None:
    assert [in_words(seconds) for seconds in (0.2, 60, 120, 900)] == [
        "2 seconds", "60 seconds", "2 minutes", "15 minutes",
    ]  # fmt: skip
