"""Which near-duplicates newcomers belong to: worked out in memory, for many of them at a time."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Final

from service.domain.likeness import ALIKE, ALIKE_WITH_CONTACT, Likeness, shares

# A newcomer is compared with so many groups, the newest, found in so many places of the index.
_MOST_GROUPS: Final = 40
MOST_PLACES: Final = 4 * _MOST_GROUPS


@dataclasses.dataclass(frozen=True, slots=True)
class Campaign:
    """One group: its first text's signature, how many there are, when they came."""

    campaign_id: int
    signature: str
    first_id: int
    size: int
    first_at: dt.datetime
    last_at: dt.datetime


@dataclasses.dataclass(slots=True)
class Group:
    """A Campaign while newcomers join it; *campaign_id* 0: it is new itself.

    *size* is how many it had before they came, 1 for a new one; *joined* are their numbers.
    """

    campaign_id: int
    signature: str
    first_id: int
    known: int
    first_at: dt.datetime
    last_at: dt.datetime
    keys: frozenset[int] = frozenset()
    joined: list[int] = dataclasses.field(default_factory=list)

    @property
    def size(self) -> int:
        """How many it has now."""
        return self.known + len(self.joined)

    @property
    def told(self) -> list[int]:
        """Whose Submission is to be told: the first one learns of its group with the second."""
        return [self.first_id, *self.joined] if self.known == 1 and self.joined else self.joined


class Groups:
    """The groups that newcomers may join, and those they make. Not safe between threads."""

    def __init__(self, near: Iterable[tuple[Campaign, int]]) -> None:
        """*near* pairs groups with keys they are found under, oldest first."""
        self._found: dict[int, list[tuple[int, Group]]] = collections.defaultdict(list)
        self._old: dict[int, Group] = {}
        self._count = itertools.count()
        places: dict[int, int] = {}
        for one, key in near:
            group = self._old.get(one.campaign_id)
            if group is None:
                group = Group(
                    one.campaign_id,
                    one.signature,
                    one.first_id,
                    one.size,
                    one.first_at,
                    one.last_at,
                )
                self._old[one.campaign_id] = group
                places[one.campaign_id] = next(self._count)
            self._found[key].append((places[one.campaign_id], group))
        self.made: list[Group] = []

    @property
    def joined(self) -> list[Group]:
        """The groups that were there before and have got members since."""
        return [one for one in self._old.values() if one.joined]

    def take(self, own: Likeness, submission_id: int, at: dt.datetime) -> None:
        """Let a newcomer join the newest group that is like it, or make one (about 0.02 ms)."""
        keys = frozenset((*own.bands, *own.contacts))
        group = self._like(own, keys)
        if group is not None:
            group.joined.append(submission_id)
            group.last_at = max(group.last_at, at)
            return
        group = Group(0, own.signature, submission_id, 1, at, at, keys)
        self.made.append(group)
        place = next(self._count)
        for key in keys:
            self._found[key].append((place, group))

    def _like(self, own: Likeness, keys: frozenset[int]) -> Group | None:
        near = [
            (place, key, group)
            for key in keys
            if key in self._found
            for place, group in self._found[key][-MOST_PLACES:]
        ]
        if not near:
            return None
        near.sort(key=lambda one: one[0], reverse=True)
        groups: dict[int, Group] = {}
        with_contact = set()
        for place, key, group in near[:MOST_PLACES]:
            groups[place] = group
            if key in own.contacts:
                with_contact.add(place)
        chosen = list(groups.items())[:_MOST_GROUPS]
        alike = shares(own.signature, [group.signature for _, group in chosen])
        for (place, group), found in zip(chosen, alike, strict=True):
            if found >= (ALIKE_WITH_CONTACT if place in with_contact else ALIKE):
                return group
        return None
