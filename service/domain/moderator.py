"""Moderator and Role, and the one table of what a role may do, and where."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import re
from typing import Final

from service.domain.preferences import Preferences
from service.errors import InvalidField, NotFound, NotPermitted

_NAME: Final = re.compile(r"[\w.@+-]{2,80}")
# One @ and a dot after it; whether it is somebody's, only a mail can tell.
_EMAIL: Final = re.compile(r"[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]{2,63}")
MIN_PASSWORD: Final = 12  # OWASP ASVS 5.0, 6.2.1 asks for at least 8 and recommends more
MAX_PASSWORD: Final = 500
_MOST_EMAIL: Final = 200


class Role(enum.Enum):
    """What a Moderator is trusted with, least first."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    SENIOR = "senior"
    MAINTAINER = "maintainer"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """How far the role reaches: a higher one may all that a lower one may."""
        return list(Role).index(self)


class Action(enum.Enum):
    """What a person can ask for on the pages."""

    LOOK = "look"
    DECIDE = "decide"
    BULK = "bulk"
    UNDO_OTHERS = "undo-others"
    EDIT_LISTS = "edit-lists"
    SEE_LOG = "see-log"
    EXPORT_LOG = "export-log"
    SEE_KEYS = "see-keys"
    EDIT_KEYS = "edit-keys"
    EDIT_POLICY = "edit-policy"
    SEE_PEOPLE = "see-people"
    EDIT_PEOPLE = "edit-people"
    ADMINISTER = "administer"
    ERASE = "erase"


# The least role for each action: the whole policy, to be read aloud.
LEAST_ROLE: Final = {
    Action.LOOK: Role.VIEWER,
    Action.DECIDE: Role.MODERATOR,
    Action.BULK: Role.MODERATOR,
    Action.UNDO_OTHERS: Role.SENIOR,
    Action.EDIT_LISTS: Role.SENIOR,
    Action.SEE_LOG: Role.SENIOR,
    Action.EXPORT_LOG: Role.MAINTAINER,
    Action.SEE_KEYS: Role.MAINTAINER,
    Action.EDIT_KEYS: Role.MAINTAINER,
    Action.EDIT_POLICY: Role.MAINTAINER,
    Action.SEE_PEOPLE: Role.MAINTAINER,
    Action.EDIT_PEOPLE: Role.MAINTAINER,
    Action.ADMINISTER: Role.MAINTAINER,
    Action.ERASE: Role.OWNER,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Moderator:
    """A person who signs in and decides. Never deleted: history outlives people.

    *site_ids* are the Sites this person works on, a network's children among them; None is all.
    """

    moderator_id: int
    name: str
    role: Role
    created_at: dt.datetime
    deactivated_at: dt.datetime | None = None
    site_ids: frozenset[int] | None = None
    email: str = ""
    preferences: Preferences = dataclasses.field(default_factory=Preferences)

    @property
    def language(self) -> str:
        """The language chosen for the pages, or "" for the browser's."""
        return self.preferences.language


def may(moderator: Moderator, action: Action) -> bool:
    """Whether *moderator* may do *action* somewhere. Free."""
    return moderator.deactivated_at is None and moderator.role.rank >= LEAST_ROLE[action].rank


def require(moderator: Moderator, action: Action) -> None:
    """Raise NotPermitted unless *moderator* may do *action*."""
    if not may(moderator, action):
        raise NotPermitted


def require_everywhere(moderator: Moderator, action: Action) -> None:
    """Raise NotPermitted unless *moderator* may do *action*, and that on every Site."""
    require(moderator, action)
    if moderator.site_ids is not None:
        raise NotPermitted


def sees(moderator: Moderator, site_id: int) -> bool:
    """Whether what belongs to this Site is this person's to see. Free."""
    return moderator.site_ids is None or site_id in moderator.site_ids


def decides(moderator: Moderator, site_id: int) -> bool:
    """Whether *moderator* decides on what waits on this Site. Free."""
    return may(moderator, Action.DECIDE) and sees(moderator, site_id)


def may_erase(moderator: Moderator) -> bool:
    """Whether *moderator* may forget a commenter: an owner of every Site. Free."""
    return may(moderator, Action.ERASE) and moderator.site_ids is None


def require_sight(moderator: Moderator, site_id: int) -> None:
    """Raise NotFound unless the Site is this person's: nobody learns that there is something."""
    if not sees(moderator, site_id):
        raise NotFound


def require_reach(moderator: Moderator, site_id: int | None) -> None:
    """Raise NotFound, or NotPermitted for None, unless what holds there is this person's to decide.

    None stands for every Site: only who works on all of them decides for all.
    """
    if site_id is not None:
        require_sight(moderator, site_id)
    elif moderator.site_ids is not None:
        raise NotPermitted("Only who works on every site decides for every site.")


def scope(moderator: Moderator, site_id: int | None = None) -> tuple[int, ...] | None:
    """The Sites a list for *moderator* may show: one, all of theirs, or None for every one.

    Raises NotFound when *site_id* is not theirs.
    """
    if site_id is not None:
        require_sight(moderator, site_id)
        return (site_id,)
    return None if moderator.site_ids is None else tuple(sorted(moderator.site_ids))


def may_change(moderator: Moderator, other: Moderator) -> bool:
    """Whether *moderator* may change *other*: an owner everybody, a maintainer who is below him.

    Who works on some Sites only reaches nobody who works on others.
    """
    return may_give(moderator, other.role, other.site_ids)


def may_give(moderator: Moderator, role: Role, site_ids: frozenset[int] | None) -> bool:
    """Whether *moderator* may make somebody a *role* on these Sites."""
    is_above = moderator.role is Role.OWNER or role.rank < moderator.role.rank
    is_inside = moderator.site_ids is None or (
        site_ids is not None and site_ids <= moderator.site_ids
    )
    return may(moderator, Action.EDIT_PEOPLE) and is_above and is_inside


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


def read_email(text: str) -> str:
    """An address that mail can be sent to, or "". Raises InvalidField when it is neither."""
    email = text.strip()
    if email and (len(email) > _MOST_EMAIL or not _EMAIL.fullmatch(email)):
        raise InvalidField("email", "An e-mail address looks like name@example.org.")
    return email
