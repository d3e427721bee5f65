"""Passwords as argon2id hashes."""

from __future__ import annotations

import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB, 2 passes, 1 lane.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Two at a time: sign-ins must not be a way to take all memory and both cores (THREATS 54).
_AT_ONCE: Final = threading.BoundedSemaphore(2)
# Checked when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY: Final = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to keep (heavy CPU: about 30 ms and 19 MiB)."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, kept_hash: str | None) -> bool:
    """Whether *password* is the one behind *kept_hash*; none costs the same and opens to nobody."""
    with _AT_ONCE:
        try:
            is_right = _HASHER.verify(kept_hash or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return is_right and bool(kept_hash)
