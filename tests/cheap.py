"""Passwords hashed at a small part of their cost: two thousand tests make people, few sign in."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher

from service.domain import password

# What the program itself uses; `tests/unit/service/domain/test_password.py` holds it to its cost.
REAL: Final = password._HASHER


def hash_cheaply() -> None:
    """Let this process make hashes of the same kind for less; programs of their own are as ever."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    vars(password)["_HASHER"] = cheap
    vars(password)["_NOBODY"] = cheap.hash("nobody has this password")
