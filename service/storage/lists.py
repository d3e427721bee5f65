"""Lists of Submissions: by what holds, who, where, words; a page at a time, by keys, not counts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

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
from service.storage.tables import decision, site, submission


class Cursor(NamedTuple):
    """Where one Submission stands in an order: by a number, its id, its Site (0: any)."""

    value: float | None
    submission_id: int
    site_id: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListAsk:
    """Which Submissions, in which order, from where on.

    Everything given must hold; None and () mean "any", but *site_ids* () means none at all.
    *sent_to* is a Moderator, and the moment at which that person's claims must hold.
    *after* is the cursor of the last one seen; *is_backwards* asks for what stands before it.
    *site_order* is which Sites come after which, for `Sort.SITE`: no others are listed.
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
    site_order: tuple[int, ...] = ()
    after: Cursor | None = None
    is_backwards: bool = False
    limit: int = 50


def cursor_of(one: Submission, sort: Sort) -> Cursor:
    """Where *one* stands in this order: what the next page begins after."""
    own = one.submission_id
    if sort is Sort.SITE:
        return Cursor(one.priority, own, one.site_id)
    if sort is Sort.PRIORITY:
        return Cursor(one.priority, own)
    if sort is Sort.SCORE:
        return Cursor((one.scoring.score if one.scoring else None), own)
    return Cursor(None, own)


class Lists:
    """The lists of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._rare: dict[tuple[Term, ...], list[int] | None] = {}

    def page(self, ask: ListAsk) -> list[Submission]:
        """One page in the order asked for; reads through an index of what it lists (fast I/O)."""
        found: list[Submission] = []
        for part in self._by_site(ask) if ask.sort is Sort.SITE else _parts(ask):
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
        if ask.sort is not Sort.SITE:
            return self._explain(self._query(_parts(ask)[0]).limit(ask.limit))
        first = _of_site(ask, ask.site_order[0])
        asked = (self._with_some(ask, ask.site_order), self._query(first).limit(ask.limit))
        return "\n".join(map(self._explain, asked))

    def _explain(self, query: sa.Select[Any]) -> str:
        words = "EXPLAIN QUERY PLAN " if self._dialect == "sqlite" else "EXPLAIN "
        text = str(
            query.compile(self._connection.engine, compile_kwargs={"literal_binds": True}),
        ).replace("%", "%%")
        return "\n".join(str(row[-1]) for row in self._connection.exec_driver_sql(words + text))

    def _by_site(self, ask: ListAsk) -> Iterator[ListAsk]:
        """What *ask* lists, Site by Site; those that have none of it are passed over.

        One question for two hundred Sites, and one for each that has some, until a page is full.
        """
        order = ask.site_order[::-1] if ask.is_backwards else ask.site_order
        if ask.after is not None:
            own = ask.after.site_id
            order = order[order.index(own) :] if own in order else ()
        for at in range(0, len(order), _SITES_AT_ONCE):
            some = order[at : at + _SITES_AT_ONCE]
            filled = set(self._connection.execute(self._with_some(ask, some)).scalars())
            yield from (_of_site(ask, own) for own in some if own in filled)

    def _with_some(self, ask: ListAsk, site_ids: tuple[int, ...]) -> sa.Select[Any]:
        """Which of these Sites have any of what *ask* lists: a look into an index for each."""
        of_all = dataclasses.replace(ask, site_ids=None)
        own = self._from(of_all, submission.c.id).where(submission.c.site_id == site.c.id)
        # A LIMIT keeps PostgreSQL from making a join of it, which would read all that waits.
        first = own.limit(1).scalar_subquery()
        return sa.select(site.c.id).where(site.c.id.in_(site_ids), first.is_not(None))

    def _query(self, ask: ListAsk) -> sa.Select[Any]:
        query = self._from(ask, submission)
        column, is_down = _ORDERS[ask.sort]
        own_id = search.c.rowid if self._reads_words_first(ask) else submission.c.id
        if ask.is_backwards:
            is_down = not is_down
        if column is None:
            if ask.after is not None:
                last = ask.after.submission_id
                query = query.where(own_id < last if is_down else own_id > last)
            return query.order_by(own_id.desc() if is_down else own_id)
        if ask.after is not None and ask.after.value is not None:
            here, there = sa.tuple_(column, own_id), sa.tuple_(*map(sa.literal, ask.after[:2]))
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
        # Site by Site the same words are asked for again and again.
        few = self._few(ask.terms) if self._dialect != "sqlite" or ask.site_order else None
        if self._dialect == "sqlite":
            some = sa.select(search.c.rowid).where(match) if few is None else few
            return query.where(submission.c.id.in_(some))
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
            key = search.c.rowid if self._dialect == "sqlite" else search.c.submission_id
            some = sa.select(key).where(match).limit(_FEW + 1)
            found = list(self._connection.execute(some).scalars())
            self._rare[terms] = found if len(found) <= _FEW else None
        return self._rare[terms]


# Looked up one by one this is a few milliseconds; more of them are met soon enough on the way.
_FEW: Final = 300
_SITES_AT_ONCE: Final = 200
_ORDERS: Final[dict[Sort, tuple[sa.Column[Any] | None, bool]]] = {
    Sort.PRIORITY: (submission.c.priority, True),
    Sort.SITE: (submission.c.priority, True),
    Sort.SCORE: (submission.c.score, True),
    Sort.NEWEST: (None, True),
    Sort.OLDEST: (None, False),
}


def _of_site(ask: ListAsk, site_id: int) -> ListAsk:
    """What *ask* lists of this Site, by priority; from where on, if its cursor stands in there."""
    is_here = ask.after is not None and ask.after.site_id == site_id
    after = ask.after if is_here else None
    return dataclasses.replace(ask, sort=Sort.PRIORITY, site_ids=(site_id,), after=after)


def _parts(ask: ListAsk) -> list[ListAsk]:
    """Scored ones first, then those nobody could score: an index keeps them apart."""
    if ask.sort is not Sort.SCORE:
        return [ask]
    scored = dataclasses.replace(ask, is_scored=True)
    unscored = dataclasses.replace(ask, is_scored=False, sort=Sort.NEWEST)
    if ask.after is None:
        return [scored, unscored]
    if ask.after.value is None:
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
