"""Scope: what a Key may ask for, and how a set of them is written down."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final

from service.errors import InvalidField


class Scope(enum.Enum):
    """One thing a Key may do. DECIDE and ADMIN act for the moderator that the Key is bound to."""

    CHECK = "check"
    FEEDBACK = "feedback"
    READ = "read"
    DECIDE = "decide"
    ADMIN = "admin"


# What a blog needs, and all that every Key made before there were scopes could do.
DEFAULT: Final = frozenset({Scope.CHECK, Scope.FEEDBACK, Scope.READ})
# Their keys are longer, and a person stands behind each.
POWERFUL: Final = frozenset({Scope.DECIDE, Scope.ADMIN})


def write_scopes(scopes: Iterable[Scope]) -> str:
    """The words of *scopes*, in the order of the enum: `check feedback read`."""
    held = set(scopes)
    return " ".join(scope.value for scope in Scope if scope in held)


def read_scopes(text: str) -> frozenset[Scope]:
    """The Scopes named in *text*, apart by spaces or commas. Raises InvalidField."""
    words = text.replace(",", " ").split()
    try:
        scopes = frozenset(Scope(word) for word in words)
    except ValueError:
        names = ", ".join(scope.value for scope in Scope)
        raise InvalidField("scopes", f"A scope is one of {names}.") from None
    if not scopes:
        raise InvalidField("scopes", "A key has at least one scope.")
    return scopes
