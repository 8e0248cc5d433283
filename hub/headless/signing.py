"""The hub's own key for headless runs, and what is made from it: each user's key for call-backs."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

FILE = "headless.key"


def hub_key(folder: Path) -> bytes:
    """The key in the data folder, made at the first call; only the hub's own account can read it."""
    path = folder / FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its key holds
            os.link(fresh, path)
        fresh.unlink()
    return path.read_bytes()


def user_key(key: bytes, owner: str, use: str) -> bytes:
    """A user's key for one use; it tells nothing of the hub's key or of anybody else's."""
    return hmac.digest(key, f"{use}:{owner}".encode(), hashlib.sha256)


def shown(key: bytes) -> str:
    """A key as libraries of Standard Webhooks read it."""
    return "whsec_" + base64.b64encode(key).decode()


def signature(key: bytes, message: str, moment: int, body: bytes) -> str:
    """The header `webhook-signature` after Standard Webhooks 1."""
    signed = b".".join([message.encode(), str(moment).encode(), body])
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
