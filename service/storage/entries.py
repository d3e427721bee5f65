"""Read and write the entries of the lists, and count what each of them found."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Final

import sqlalchemy as sa

from service.domain.decision import Act, Outcome, Source
from service.domain.entry import Effect, Entry, EntryKind, EntryStatus
from service.domain.submission import Submission
from service.errors import NotFound
from service.storage.desk_tables import entry, entry_hit
from service.storage.records import plain, read_submission
from service.storage.tables import decision, meta, submission

_VERSION: Final = "entries_version"
_ON: Final = (EntryStatus.LIVE, EntryStatus.SHADOW)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What an Entry found in a time: *decided* of them a person answered, *right* as it says."""

    total: int = 0
    decided: int = 0
    right: int = 0

    @property
    def precision(self) -> float | None:
        """The share of those a person decided that it was right about; None before the first."""
        return self.right / self.decided if self.decided else None


class Entries:
    """The entries of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, new: Entry) -> Entry:
        """A new Entry; the id of *new* is not looked at."""
        values = dataclasses.asdict(new)
        del values["entry_id"]
        values["why"] = plain(new.why, 500)
        row = self._connection.execute(
            entry.insert().values(**values, changed_at=new.made_at).returning(*entry.c),
        ).one()
        self._mark()
        return _entry(row)

    def get(self, entry_id: int) -> Entry:
        """The Entry of this id. Raises NotFound."""
        row = self._connection.execute(entry.select().where(entry.c.id == entry_id)).one_or_none()
        if row is None:
            raise NotFound("There is no such entry.")
        return _entry(row)

    def find_same(self, new: Entry) -> Entry | None:
        """A living Entry with the same pattern and effect on the same Site, or None."""
        row = self._connection.execute(
            entry.select()
            .where(
                entry.c.kind == new.kind,
                entry.c.pattern == new.pattern,
                entry.c.effect == new.effect,
                entry.c.site_id.is_not_distinct_from(new.site_id),
                entry.c.status == new.status,
                sa.or_(entry.c.expires_at.is_(None), entry.c.expires_at > new.made_at),
            )
            .order_by(entry.c.id)
            .limit(1),
        ).one_or_none()
        return None if row is None else _entry(row)

    def set_status(self, entry_id: int, status: EntryStatus, now: dt.datetime) -> None:
        """Turn an Entry on, to shadow, or end it."""
        self._connection.execute(
            entry.update().where(entry.c.id == entry_id).values(status=status, changed_at=now),
        )
        self._mark()

    def set_held(
        self,
        entry_id: int,
        at: dt.datetime | None,
        *,
        wrong: int = 0,
        of: int = 0,
        now: dt.datetime,
    ) -> None:
        """Let it hold for a person from *at* on; None lets it decide again, counted from *now*."""
        counted = {} if at else {"counted_from": now}
        self._connection.execute(
            entry.update()
            .where(entry.c.id == entry_id)
            .values(held_at=at, held_wrong=wrong, held_of=of, changed_at=now, **counted),
        )
        self._mark()

    def list_deciding(self, now: dt.datetime) -> list[Entry]:
        """Live entries that call comments good or spam by themselves."""
        rows = self._connection.execute(
            entry.select().where(
                entry.c.status == EntryStatus.LIVE,
                entry.c.effect != Effect.HOLD,
                entry.c.held_at.is_(None),
                sa.or_(entry.c.expires_at.is_(None), entry.c.expires_at > now),
            ),
        ).all()
        return [_entry(row) for row in rows]

    def count_contradicted(self, one: Entry, *, since: dt.datetime) -> tuple[int, int]:
        """How many that it found since then a moderator decided otherwise, and decided at all.

        Only where a moderator's word holds: a blog's report may be anybody's (fast I/O: its hits).
        """
        wrong_is = Outcome.SPAM if one.effect is Effect.ALLOW else Outcome.HAM
        is_wrong = sa.case((submission.c.outcome == wrong_is, 1), else_=0)
        undo = decision.alias()
        by_moderator = sa.exists().where(
            decision.c.submission_id == submission.c.id,
            decision.c.source == Source.MODERATOR,
            decision.c.act != Act.UNDO,
            ~sa.exists().where(undo.c.undoes == decision.c.id),
        )
        wrong, decided = self._connection.execute(
            sa.select(sa.func.coalesce(sa.func.sum(is_wrong), 0), sa.func.count())
            .select_from(entry_hit)
            .join(submission, submission.c.guid == entry_hit.c.guid)
            .where(
                entry_hit.c.entry_id == one.entry_id,
                entry_hit.c.hit_at >= since,
                # Removed without a label: that says nothing of spam.
                submission.c.outcome.in_((Outcome.HAM, Outcome.SPAM)),
                by_moderator,
            ),
        ).one()
        return int(wrong), int(decided)

    def end_made_with(self, decision_id: int, now: dt.datetime) -> list[Entry]:
        """End what was made with a Decision that is taken back; answers with what it was."""
        ended = [e for e in self.list_made_with(decision_id) if e.status is not EntryStatus.ENDED]
        for one in ended:
            self.set_status(one.entry_id, EntryStatus.ENDED, now)
        return ended

    def list_made_with(self, decision_id: int) -> list[Entry]:
        """The entries that were made with this Decision."""
        rows = self._connection.execute(
            entry.select().where(entry.c.decision_id == decision_id).order_by(entry.c.id),
        ).all()
        return [_entry(row) for row in rows]

    def list_on(self, site_ids: Iterable[int]) -> list[Entry]:
        """What is looked for on one Site: its own, its network's, and those for all."""
        rows = self._connection.execute(
            entry.select().where(
                entry.c.status.in_(_ON),
                sa.or_(entry.c.site_id.is_(None), entry.c.site_id.in_(list(site_ids))),
            ),
        ).all()
        return [_entry(row) for row in rows]

    def list_all(
        self, *, site_ids: tuple[int, ...] | None, with_ended: bool = False, limit: int = 500
    ) -> list[Entry]:
        """Entries of these Sites (None: of every one) and those for all, newest first."""
        query = entry.select().order_by(entry.c.id.desc()).limit(limit)
        if site_ids is not None:
            query = query.where(sa.or_(entry.c.site_id.is_(None), entry.c.site_id.in_(site_ids)))
        if not with_ended:
            query = query.where(entry.c.status != EntryStatus.ENDED)
        return [_entry(row) for row in self._connection.execute(query).all()]

    def version(self) -> str:
        """Changes whenever any Entry does: what a process asks before it reads them again."""
        found: str | None = self._connection.execute(
            sa.select(meta.c.value).where(meta.c.name == _VERSION),
        ).scalar_one_or_none()
        return found or "0"

    def each_recent(
        self, site_ids: tuple[int, ...] | None, *, since: dt.datetime, limit: int
    ) -> Iterator[Submission]:
        """The newest Submissions of these Sites (None: of every one) since then, text and all."""
        query = (
            submission.select()
            .where(submission.c.received_at >= since, submission.c.is_test.is_(False))
            .order_by(submission.c.id.desc())
            .limit(limit)
        )
        if site_ids is not None:
            query = query.where(submission.c.site_id.in_(site_ids))
        rows = self._connection.execution_options(yield_per=500).execute(query)
        return map(read_submission, rows)

    def append_hits(self, hits: Iterable[tuple[int, str, dt.datetime]]) -> None:
        """Remember which entries spoke of which Submission: (entry, guid, when)."""
        rows = [{"entry_id": one, "guid": guid, "hit_at": at} for one, guid, at in hits]
        if rows:
            self._connection.execute(entry_hit.insert(), rows)

    def count_hits(self, entries: list[Entry], *, since: dt.datetime) -> dict[int, Hits]:
        """What each of *entries* found since then, and how often people agreed (slow I/O)."""
        if not entries:
            return {}
        decided = submission.c.decided_at.is_not(None)
        rows = self._connection.execute(
            sa.select(
                entry_hit.c.entry_id,
                sa.func.count(),
                sa.func.sum(sa.case((decided, 1), else_=0)),
                sa.func.sum(
                    sa.case((sa.and_(decided, submission.c.outcome == Outcome.SPAM), 1), else_=0)
                ),
                sa.func.sum(
                    sa.case((sa.and_(decided, submission.c.outcome == Outcome.HAM), 1), else_=0)
                ),
            )
            .join(submission, submission.c.guid == entry_hit.c.guid)
            .where(
                entry_hit.c.entry_id.in_([one.entry_id for one in entries]),
                entry_hit.c.hit_at >= since,
            )
            .group_by(entry_hit.c.entry_id),
        ).all()
        effects = {one.entry_id: one.effect for one in entries}
        return {
            entry_id: Hits(
                total=total,
                decided=int(answered),
                right=int(ham if effects[entry_id] is Effect.ALLOW else spam),
            )
            for entry_id, total, answered, spam, ham in rows
        }

    def _mark(self) -> None:
        """Tell every process that the lists changed."""
        later = str(int(self.version()) + 1)
        done = self._connection.execute(
            meta.update().where(meta.c.name == _VERSION).values(value=later),
        )
        if not done.rowcount:
            self._connection.execute(meta.insert().values(name=_VERSION, value=later))


def _entry(row: Any) -> Entry:  # noqa: ANN401 - a SQLAlchemy Row
    return Entry(
        entry_id=row.id,
        site_id=row.site_id,
        kind=EntryKind(row.kind),
        pattern=row.pattern,
        effect=Effect(row.effect),
        status=EntryStatus(row.status),
        why=row.why,
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        decision_id=row.decision_id,
        held_at=row.held_at,
        held_wrong=row.held_wrong,
        held_of=row.held_of,
        counted_from=row.counted_from,
    )
