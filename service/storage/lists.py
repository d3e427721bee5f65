"""Lists of Submissions: by what holds, who, where, words; a page at a time, by keys, not counts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from models.verdict import Verdict
from service.domain.decision import Outcome
from service.domain.query import Term
from service.domain.submission import Submission
from service.domain.view import Sort
from service.storage.queue_tables import claim, skipped
from service.storage.records import read_submission
from service.storage.search import matches, search
from service.storage.tables import decision, submission

Cursor = tuple[float | None, int]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListAsk:
    """Which Submissions, in which order, from where on.

    Everything given must hold; None and () mean "any", but *site_ids* () means none at all.
    *sent_to* is a Moderator, and the moment at which that person's claims must hold.
    *after* is the cursor of the last one seen; *is_backwards* asks for what stands before it.
    """

    outcome: Outcome | None = None
    verdict: Verdict | None = None
    is_decided: bool | None = None
    is_scored: bool | None = None
    site_ids: tuple[int, ...] | None = None
    terms: tuple[Term, ...] = ()
    received_before: dt.datetime | None = None
    received_after: dt.datetime | None = None
    model: str = ""
    decided_by: int | None = None
    campaign_id: int | None = None
    since_id: int | None = None
    not_skipped_by: int | None = None
    skipped_by: int | None = None
    sent_to: tuple[int, dt.datetime] | None = None
    sort: Sort = Sort.NEWEST
    after: Cursor | None = None
    is_backwards: bool = False
    limit: int = 50


def cursor_of(one: Submission, sort: Sort) -> Cursor:
    """Where *one* stands in this order: what the next page begins after."""
    if sort is Sort.PRIORITY:
        return one.priority, one.submission_id
    if sort is Sort.SCORE:
        return (one.scoring.score if one.scoring else None), one.submission_id
    return None, one.submission_id


class Lists:
    """The lists of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._rare: dict[tuple[Term, ...], list[int] | None] = {}

    def page(self, ask: ListAsk) -> list[Submission]:
        """One page in the order asked for; reads through an index of what it lists (fast I/O)."""
        found: list[Submission] = []
        for part in _parts(ask):
            query = self._query(part).limit(ask.limit - len(found))
            found += [read_submission(row) for row in self._connection.execute(query)]
            if len(found) >= ask.limit:
                break
        return found[::-1] if ask.is_backwards else found

    def count(self, ask: ListAsk, *, most: int = 10_000) -> int:
        """How many match, counted to *most* at the outside."""
        found: int = self._connection.execute(self.count_query(ask, most=most)).scalar_one()
        return found

    def count_query(self, ask: ListAsk, *, most: int) -> sa.Select[int]:
        """The question of `count`, to be asked together with others."""
        some = self._from(ask, submission.c.id).limit(most).subquery()
        return sa.select(sa.func.count()).select_from(some)

    def ids(self, ask: ListAsk) -> sa.Select[Any]:
        """The question for the ids alone, to be answered inside another one."""
        return self._from(ask, submission.c.id)

    def plan(self, ask: ListAsk) -> str:
        """How the engine would answer: for whoever checks that nothing is read through."""
        query = self._query(next(iter(_parts(ask)))).limit(ask.limit)
        words = "EXPLAIN QUERY PLAN " if self._dialect == "sqlite" else "EXPLAIN "
        text = str(
            query.compile(self._connection.engine, compile_kwargs={"literal_binds": True}),
        ).replace("%", "%%")
        return "\n".join(str(row[-1]) for row in self._connection.exec_driver_sql(words + text))

    def _query(self, ask: ListAsk) -> sa.Select[Any]:
        query = self._from(ask, submission)
        column, is_down = _ORDERS[ask.sort]
        own_id = search.c.rowid if self._reads_words_first(ask) else submission.c.id
        if ask.is_backwards:
            is_down = not is_down
        if column is None:
            if ask.after is not None:
                query = query.where(own_id < ask.after[1] if is_down else own_id > ask.after[1])
            return query.order_by(own_id.desc() if is_down else own_id)
        if ask.after is not None and ask.after[0] is not None:
            here, there = sa.tuple_(column, own_id), sa.tuple_(*map(sa.literal, ask.after))
            query = query.where(here < there if is_down else here > there)
        first, second = (column.desc(), own_id.desc()) if is_down else (column, own_id)
        return query.order_by(first, second)

    def _reads_words_first(self, ask: ListAsk) -> bool:
        return bool(ask.terms) and self._dialect == "sqlite" and _ORDERS[ask.sort][0] is None

    def _from(self, ask: ListAsk, what: Any) -> sa.Select[Any]:  # noqa: ANN401 - a table or a column
        query = sa.select(what).where(*_clauses(ask))
        if not ask.terms:
            return query
        match = matches(ask.terms, self._dialect)
        if self._reads_words_first(ask):
            # Read in the index's own order and stop at a page; `IN` would gather every match first.
            return query.join(search, search.c.rowid == submission.c.id).where(match)
        if self._dialect == "sqlite":
            return query.where(submission.c.id.in_(sa.select(search.c.rowid).where(match)))
        few = self._few(ask.terms)
        if few is not None:
            return query.where(submission.c.id == sa.any_(sa.literal(few, ARRAY(sa.BigInteger))))
        key = search.c.submission_id
        return query.where(submission.c.id.in_(sa.select(key).where(match)))

    def _few(self, terms: tuple[Term, ...]) -> list[int] | None:
        """The ids that *terms* are found in, when they are few; None when they are many.

        PostgreSQL guesses how common words are, and for a page of the newest it reads backwards
        until it has enough: through all of a table when there is nothing to find (measured: 0.7 s
        of a million). Asked without an order it takes the index of words.
        """
        if terms not in self._rare:
            match = matches(terms, self._dialect)
            some = sa.select(search.c.submission_id).where(match).limit(_FEW + 1)
            found = list(self._connection.execute(some).scalars())
            self._rare[terms] = found if len(found) <= _FEW else None
        return self._rare[terms]


# Looked up one by one this is a few milliseconds; more of them are met soon enough on the way.
_FEW: Final = 300
_ORDERS: Final[dict[Sort, tuple[sa.Column[Any] | None, bool]]] = {
    Sort.PRIORITY: (submission.c.priority, True),
    Sort.SCORE: (submission.c.score, True),
    Sort.NEWEST: (None, True),
    Sort.OLDEST: (None, False),
}


def _parts(ask: ListAsk) -> list[ListAsk]:
    """Scored ones first, then those nobody could score: an index keeps them apart."""
    if ask.sort is not Sort.SCORE:
        return [ask]
    scored = dataclasses.replace(ask, is_scored=True)
    unscored = dataclasses.replace(ask, is_scored=False, sort=Sort.NEWEST)
    if ask.after is None:
        return [scored, unscored]
    if ask.after[0] is None:
        return (
            [unscored, dataclasses.replace(scored, after=None)] if ask.is_backwards else [unscored]
        )
    return [scored] if ask.is_backwards else [scored, dataclasses.replace(unscored, after=None)]


def _clauses(ask: ListAsk) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    own = submission.c
    if ask.outcome is not None:
        # Written out, not bound: only so a partial index is taken.
        found.append(own.outcome == sa.literal_column(f"'{ask.outcome.value}'"))
    if ask.verdict is not None:
        found.append(own.verdict == sa.literal_column(f"'{ask.verdict.value}'"))
    if ask.is_decided is not None:
        nothing = own.version == sa.literal_column("0")
        found.append(sa.not_(nothing) if ask.is_decided else nothing)
    if ask.is_scored is not None:
        found.append(own.score.is_not(None) if ask.is_scored else own.score.is_(None))
    if ask.site_ids is not None:
        is_one = len(ask.site_ids) == 1
        found.append(own.site_id == ask.site_ids[0] if is_one else own.site_id.in_(ask.site_ids))
    if ask.model:
        found.append(own.model_id == ask.model)
    if ask.campaign_id is not None:
        found.append(own.campaign_id == ask.campaign_id)
    if ask.since_id is not None:
        found.append(own.id > ask.since_id)
    return found + _times(ask) + _people(ask)


def _times(ask: ListAsk) -> list[sa.ColumnElement[bool]]:
    received = submission.c.received_at
    before = [] if ask.received_before is None else [received < ask.received_before]
    return before + ([] if ask.received_after is None else [received >= ask.received_after])


def _people(ask: ListAsk) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    own_id = submission.c.id
    if ask.decided_by is not None:
        by = decision.c.moderator_id == ask.decided_by
        found.append(own_id.in_(sa.select(decision.c.submission_id).where(by)))
    if ask.not_skipped_by is not None:
        mine = skipped.c.moderator_id == ask.not_skipped_by
        found.append(
            sa.not_(sa.exists().where(mine, skipped.c.submission_id == own_id)),
        )
    if ask.skipped_by is not None:
        mine = skipped.c.moderator_id == ask.skipped_by
        found.append(own_id.in_(sa.select(skipped.c.submission_id).where(mine)))
    if ask.sent_to is not None:
        receiver, moment = ask.sent_to
        sent = claim.c.handover_id.is_not(None), claim.c.ends_at > moment
        held = sa.select(claim.c.submission_id).where(claim.c.moderator_id == receiver, *sent)
        found.append(own_id.in_(held))
    return found
