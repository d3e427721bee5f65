"""Read and write Submissions: the queue's pages, what reports speak of, what to forget."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa

from models.comment import Comment
from service.domain.decision import Outcome
from service.domain.garbled import is_garbled
from service.domain.submission import Submission, content_hash
from service.errors import NotFound
from service.storage.records import read_submission, write_submission, write_text
from service.storage.tables import submission

_SCORES: Final = sa.select(
    submission.c.id, submission.c.model_id, submission.c.score, submission.c.is_test
)
# What clients send as a guid may hold anything; PostgreSQL takes a NUL for an error of ours.
_GUID: Final = re.compile(r"[0-9a-f]{32}")
# Reports come within hours; what is older than so many comments is a comment of its own.
_MOST_GARBLED: Final = 300


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PageAsk:
    """Which Submissions to list: newest first, *before* an id (keyset paging), or *after* one.

    *is_decided* None means either; *site_ids* None means every Site.
    """

    outcome: Outcome
    is_decided: bool | None = None
    site_ids: tuple[int, ...] | None = None
    before: int | None = None
    after: int | None = None
    limit: int = 50


@dataclasses.dataclass(frozen=True, slots=True)
class Scored:
    """What a model said about one Submission."""

    submission_id: int
    model_id: str
    score: float


class Submissions:
    """The Submissions of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def append(self, new: list[Submission]) -> None:
        """Write new Submissions; durable when the transaction commits."""
        self._connection.execute(submission.insert(), [write_submission(one) for one in new])

    def get(self, guid: str, *, site_ids: tuple[int, ...] | None = None) -> Submission:
        """The Submission of this *guid*, if it belongs to these Sites. Raises NotFound."""
        found = self.find(guid, site_ids=site_ids)
        if found is None:
            raise NotFound("There is no such comment.")
        return found

    def find(
        self, guid: str, *, site_ids: tuple[int, ...] | None = None, lock: bool = False
    ) -> Submission | None:
        """The Submission of this *guid*, or None. *lock* keeps it ours until the commit."""
        if not _GUID.fullmatch(guid):
            return None
        query = submission.select().where(submission.c.guid == guid)
        if site_ids is not None:
            query = query.where(submission.c.site_id.in_(site_ids))
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else read_submission(row)

    def list_after(self, submission_id: int, *, limit: int) -> list[Submission]:
        """The next Submissions after this id, oldest first."""
        rows = self._connection.execute(
            submission.select()
            .where(submission.c.id > submission_id)
            .order_by(submission.c.id)
            .limit(limit),
        ).all()
        return [read_submission(row) for row in rows]

    def list_texts(self, after: int, *, limit: int) -> list[tuple[Any, ...]]:
        """What is kept of the texts of the next Submissions after this id, as it is kept.

        Equal to what was answered before unless one of them was changed or forgotten meanwhile.
        """
        own = submission.c
        asked = sa.select(own.id, own.comment, own.rule, own.evidence).where(own.id > after)
        rows = self._connection.execute(asked.order_by(own.id).limit(limit)).all()
        return [tuple(row) for row in rows]

    def list_scores(self, *, limit: int) -> list[Scored]:
        """What models said of the newest *limit* Submissions, newest first (fast I/O, by key).

        Those that a rule judged, or nobody, and test calls are left out.
        """
        some = _SCORES.order_by(submission.c.id.desc()).limit(limit).subquery()
        asked = sa.select(some).where(*_scored(some.c)).order_by(some.c.id.desc())
        rows = self._connection.execute(asked)
        return [Scored(row.id, row.model_id, row.score) for row in rows]

    def list_first_scores(self, after: int, *, limit: int) -> list[Scored]:
        """What models said of *limit* Submissions after this id, oldest first (fast I/O)."""
        own = submission.c
        asked = _SCORES.where(own.id > after, *_scored(own)).order_by(own.id).limit(limit)
        return [Scored(row.id, row.model_id, row.score) for row in self._connection.execute(asked)]

    def ids(self, guids: list[str], *, site_ids: tuple[int, ...] | None) -> sa.Select[Any]:
        """The question for the ids of these guids, to be answered inside another one."""
        query = sa.select(submission.c.id).where(submission.c.guid.in_(guids))
        return query if site_ids is None else query.where(submission.c.site_id.in_(site_ids))

    def has_any(self, site_ids: tuple[int, ...] | None) -> bool:
        """Whether these Sites ever sent anything (stops at the first)."""
        query = sa.select(submission.c.id).limit(1)
        if site_ids is not None:
            query = query.where(submission.c.site_id.in_(site_ids))
        return self._connection.execute(query).scalar_one_or_none() is not None

    def list_by_guid(self, guids: list[str]) -> list[Submission]:
        """The Submissions of these guids that there are, in any order."""
        rows = self._connection.execute(
            submission.select().where(submission.c.guid.in_(guids)),
        ).all()
        return [read_submission(row) for row in rows]

    def list_by_id(self, submission_ids: list[int]) -> list[Submission]:
        """The Submissions of these ids, in any order."""
        rows = self._connection.execute(
            submission.select().where(submission.c.id.in_(submission_ids)),
        ).all()
        return [read_submission(row) for row in rows]

    def find_same(self, site_id: int, comment: Comment) -> Submission | None:
        """The newest Submission of this Site with the same text and author, or None."""
        row = self._connection.execute(
            submission.select()
            .where(
                submission.c.site_id == site_id,
                submission.c.content_hash == content_hash(comment),
            )
            .order_by(submission.c.id.desc())
            .limit(1)
            .with_for_update(),
        ).one_or_none()
        return None if row is None else read_submission(row)

    def find_garbled(self, site_id: int, comment: Comment, *, since: dt.datetime) -> str:
        """The guid of the one comment that *comment* is in another charset's spelling, or "".

        Looks at the Site's newest *_MOST_GARBLED* (fast I/O, some heavy CPU). When several
        comments may be meant, none is.
        """
        rows = self._connection.execute(
            submission.select()
            .where(submission.c.site_id == site_id, submission.c.received_at >= since)
            .order_by(submission.c.received_at.desc(), submission.c.id.desc())
            .limit(_MOST_GARBLED),
        ).all()
        found = {}
        for row in rows:
            if row.content_hash not in found:
                one = read_submission(row)
                if is_garbled(one.arrival.comment, comment):
                    found[row.content_hash] = one.guid
        return found.popitem()[1] if len(found) == 1 else ""

    def find_later_outcome(self, asked: Submission) -> Outcome:
        """What holds of the comment *asked* about: its own Outcome, else that of a recheck.

        The plugin rechecks what it holds under a new guid; who decides that one decides this one.
        """
        if asked.outcome is not Outcome.UNSURE:
            return asked.outcome
        rows = self._connection.execute(
            submission.select()
            .where(
                submission.c.site_id == asked.site_id,
                submission.c.content_hash == content_hash(asked.arrival.comment),
                submission.c.id > asked.submission_id,
                submission.c.version > 0,
            )
            .order_by(submission.c.decided_at.desc())
            .limit(20),
        ).all()
        later = (read_submission(row) for row in rows)
        return next((one.outcome for one in later if one.arrival.recheck_reason), asked.outcome)

    def page(self, ask: PageAsk) -> list[Submission]:
        """One page, newest first; reads at most *ask.limit* rows through an index (fast I/O)."""
        query = submission.select().where(*_matching(ask))
        if ask.after is not None:
            query = query.where(submission.c.id > ask.after).order_by(submission.c.id)
        elif ask.before is not None:
            query = query.where(submission.c.id < ask.before).order_by(submission.c.id.desc())
        else:
            query = query.order_by(submission.c.id.desc())
        rows = self._connection.execute(query.limit(ask.limit)).all()
        found = [read_submission(row) for row in rows]
        return found[::-1] if ask.after is not None else found

    def count(self, ask: PageAsk, *, most: int = 10_000) -> int:
        """How many Submissions match, counted to *most* at the outside."""
        some = sa.select(submission.c.id).where(*_matching(ask)).limit(most).subquery()
        found: int = self._connection.execute(
            sa.select(sa.func.count()).select_from(some)
        ).scalar_one()
        return found

    def each_labelled(
        self, *, since: dt.datetime | None = None, batch: int = 500
    ) -> Iterator[Submission]:
        """Every Submission with a Decision, oldest first, in flat memory. No test calls."""
        last = 0
        while True:
            query = (
                submission.select()
                .where(
                    submission.c.version > 0,
                    submission.c.is_test.is_(False),
                    submission.c.id > last,
                )
                .order_by(submission.c.id)
                .limit(batch)
            )
            if since is not None:
                query = query.where(submission.c.decided_at >= since)
            rows = self._connection.execute(query).all()
            if not rows:
                return
            last = rows[-1].id
            yield from (read_submission(row) for row in rows)

    def list_labelled(self, site_id: int, *, limit: int) -> list[Submission]:
        """The Submissions of this Site decided last, newest first, through an index (fast I/O).

        No test calls, none whose text was forgotten, none whose Decisions were all taken back.
        """
        rows = self._connection.execute(
            submission.select()
            .where(
                submission.c.site_id == site_id,
                submission.c.decided_at.is_not(None),
                submission.c.is_test.is_(False),
                submission.c.comment != write_text({}),
            )
            .order_by(submission.c.decided_at.desc(), submission.c.id.desc())
            .limit(limit),
        ).all()
        return [read_submission(row) for row in rows]


def _scored(own: Any) -> tuple[sa.ColumnElement[bool], ...]:  # noqa: ANN401 - columns
    return own.model_id.is_not(None), own.score.is_not(None), own.is_test.is_(False)


def _matching(ask: PageAsk) -> list[sa.ColumnElement[bool]]:
    clauses: list[sa.ColumnElement[bool]] = [
        # Written out, not bound: only so a partial index is taken.
        submission.c.outcome == sa.literal_column(f"'{ask.outcome.value}'"),
    ]
    if ask.site_ids is not None:
        clauses.append(submission.c.site_id.in_(ask.site_ids))
    if ask.is_decided is not None:
        is_decided = submission.c.version > 0
        clauses.append(is_decided if ask.is_decided else sa.not_(is_decided))
    return clauses
