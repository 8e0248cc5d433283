"""What a password has to be, and passwords that are good for one sign-in."""

import secrets
from collections.abc import Callable

SHORTEST = 12  # characters
LONGEST = 72  # bytes: bcrypt looks at no more
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another
ADVICE = f"Use at least {SHORTEST} characters; a few words that do not belong together are good."


def weakness(password: str, name: str, is_common: Callable[[str], bool]) -> str | None:
    """Why this cannot be the password of that person, in a sentence; None where it can."""
    if len(password) < SHORTEST:
        return f"This is too short. {ADVICE}"
    if len(password.encode()) > LONGEST or "\0" in password:
        return f"This is too long: at most {LONGEST} bytes, which is {LONGEST} plain letters."
    if len(set(password)) < 5:
        return f"This repeats too few characters. {ADVICE}"
    core = password.lower().strip("0123456789 .,;:-_#+*~'\"!?$%&/()=@<>|")
    without_name = password.lower().replace(name.lower(), "") if len(name) > 2 else password
    if is_common(password.lower()) or is_common(core) or len(set(without_name)) < 5 or len(without_name) < 8:
        return f"This is among the first that are guessed. {ADVICE}"
    return None


def one_time() -> str:
    """A fresh password that can be read out on the telephone; 79 bits."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))
