"""Moderator and Role, and the one table of what a role may do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import re
from typing import Final

from service.errors import InvalidField

_NAME: Final = re.compile(r"[\w.@+-]{2,80}")
MIN_PASSWORD: Final = 12  # OWASP ASVS 5.0, 6.2.1 asks for at least 8 and recommends more
MAX_PASSWORD: Final = 500


class Role(enum.Enum):
    """What a Moderator is trusted with, least first."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    SENIOR = "senior"
    MAINTAINER = "maintainer"
    OWNER = "owner"


class Action(enum.Enum):
    """What a person can ask for on the pages."""

    LOOK = "look"
    DECIDE = "decide"
    UNDO_OTHERS = "undo-others"
    SEE_KEYS = "see-keys"
    ADMINISTER = "administer"


_DECIDERS: Final = frozenset({Role.MODERATOR, Role.SENIOR, Role.MAINTAINER, Role.OWNER})
_MAY: Final[dict[Action, frozenset[Role]]] = {
    Action.LOOK: frozenset(Role),
    Action.DECIDE: _DECIDERS,
    Action.UNDO_OTHERS: frozenset({Role.SENIOR, Role.MAINTAINER, Role.OWNER}),
    Action.SEE_KEYS: frozenset({Role.MAINTAINER, Role.OWNER}),
    Action.ADMINISTER: frozenset({Role.MAINTAINER, Role.OWNER}),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Moderator:
    """A person who signs in and decides. Never deleted: history outlives people."""

    moderator_id: int
    name: str
    role: Role
    created_at: dt.datetime
    deactivated_at: dt.datetime | None = None


def may(moderator: Moderator, action: Action) -> bool:
    """Whether *moderator* may do *action*. Free."""
    return moderator.deactivated_at is None and moderator.role in _MAY[action]


def read_name(text: str) -> str:
    """A moderator's name in its one form. Raises InvalidField when it is none."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise InvalidField("name", "A name is 2 to 80 letters, digits or . @ + - _ characters.")
    return name


def read_password(text: str) -> str:
    """A password fit to be hashed. Raises InvalidField when it is too short or absurdly long."""
    if not MIN_PASSWORD <= len(text) <= MAX_PASSWORD:
        sentence = f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters."
        raise InvalidField("password", sentence)
    return text
