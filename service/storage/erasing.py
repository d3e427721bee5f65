"""Find and forget one person: every table that keeps something of a comment's author.

Events are not among them: they carry no text and no person's data (domain/event.py).
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from service.domain.author import author_key
from service.domain.erasure import Erased, same_email
from service.domain.submission import Submission
from service.storage.desk_tables import change, entry, entry_hit, mail
from service.storage.engine import translated
from service.storage.history_tables import imported
from service.storage.queue_tables import author, bulk, campaign, remark, saved_view
from service.storage.records import read_submission, write_text
from service.storage.search import Search
from service.storage.tables import decision, submission

_BATCH: Final = 500
_GONE: Final = "(erased)"
# The fact of a deployment that is another after every erasure.
ERASURES: Final = "erasures"
# Whether an e-mail address is the person's.
Is = Callable[[str], bool]


class Erasing:
    """Forgetting, in one transaction. Cost: a walk over all comments, in batches."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        if connection.dialect.name == "sqlite":
            # Freed pages are overwritten, not only let go.
            connection.execute(sa.text("PRAGMA secure_delete = ON"))

    def find(self, is_person: Is) -> Iterator[Submission]:
        """Every Submission of the person, oldest first."""
        known = submission.select().where(submission.c.author_key.is_not(None))
        for row in self._walk(known, submission.c.id, is_person):
            yield read_submission(row)

    def find_imported(self, is_person: Is) -> Iterator[Any]:
        """Every row of brought-in history of the person: (id, comment as JSON text)."""
        rows = sa.select(imported.c.id, imported.c.comment)
        return self._walk(rows, imported.c.id, is_person)

    def _walk(self, query: sa.Select[Any], own_id: Any, is_person: Is) -> Iterator[Any]:  # noqa: ANN401 - a Column
        """The rows of *query* whose comment is the person's, in batches by *own_id*."""
        last = 0
        while True:
            piece = query.where(own_id > last).order_by(own_id).limit(_BATCH)
            rows = self._connection.execute(piece).all()
            if not rows:
                return
            last = rows[-1].id
            yield from (
                row for row in rows if is_person(json.loads(row.comment).get("author_email", ""))
            )

    def forget(self, found: Sequence[Submission]) -> Erased:
        """Blank these Submissions and what hangs on them; answers and verdicts stay as counts."""
        ids = [one.submission_id for one in found]
        chosen = sa.select(submission.c.id).where(submission.c.id.in_(ids))
        Search(self._connection).purge(chosen)
        notes = self._notes(ids)
        self._groups(found)
        for one in found:
            key = author_key(one.arrival.comment)
            own = (author.c.site_id == one.site_id, author.c.author_key == key)
            self._connection.execute(author.delete().where(*own))
        blank = write_text({})
        for own_id in ids:
            self._connection.execute(
                submission.update()
                .where(submission.c.id == own_id)
                .values(
                    comment=blank,
                    request=blank,
                    evidence=None,
                    author_key=None,
                    campaign_id=None,
                    # A hash of the text would tell who has the text.
                    content_hash=secrets.token_hex(16),
                ),
            )
        return Erased(
            comments=len(ids), labels=sum(one.decided_at is not None for one in found), notes=notes
        )

    def _notes(self, ids: Sequence[int]) -> int:
        remarks = self._connection.execute(
            remark.update().where(remark.c.submission_id.in_(ids)).values(text="")
        ).rowcount
        said = self._connection.execute(
            decision.update()
            .where(
                decision.c.submission_id.in_(ids),
                sa.or_(decision.c.note != "", decision.c.reporter != ""),
            )
            .values(note="", reporter=""),
        ).rowcount
        return remarks + said

    def _groups(self, found: Sequence[Submission]) -> None:
        """A group of near-duplicates that held one of these forgets the shape of its text."""
        groups = {one.campaign_id for one in found if one.campaign_id is not None}
        firsts = [one.submission_id for one in found]
        own = sa.or_(campaign.c.id.in_(groups), campaign.c.first_id.in_(firsts))
        gone = self._connection.execute(sa.select(campaign.c.id).where(own)).scalars().all()
        left = submission.c.campaign_id.in_(gone)
        self._connection.execute(submission.update().where(left).values(campaign_id=None))
        self._connection.execute(campaign.delete().where(campaign.c.id.in_(gone)))

    def forget_imported(self, ids: Sequence[int]) -> Erased:
        """Brought-in rows go whole: nothing of ours hangs on them."""
        self._connection.execute(imported.delete().where(imported.c.id.in_(ids)))
        return Erased(imported=len(ids))

    def forget_mentions(self, emails: Sequence[str]) -> Erased:
        """What people wrote down with these addresses in it: lists, log, views; all sent mail."""
        entries = changes = 0
        for email in emails:
            own = sa.func.lower(entry.c.pattern) == email
            ids = self._connection.execute(sa.select(entry.c.id).where(own)).scalars().all()
            self._connection.execute(entry_hit.delete().where(entry_hit.c.entry_id.in_(ids)))
            self._connection.execute(entry.delete().where(entry.c.id.in_(ids)))
            entries += len(ids)
            said = sa.or_(
                *(_holds(column, email) for column in (change.c.subject, change.c.detail))
            )
            with self._log_open():
                changes += self._connection.execute(
                    change.update().where(said).values(subject=_GONE, detail="{}")
                ).rowcount
            for table, column in ((bulk, bulk.c.asked), (saved_view, saved_view.c.place)):
                self._connection.execute(
                    table.update().where(_holds(column, email)).values({column.name: ""})
                )
        mails = self._connection.execute(
            mail.update().where(mail.c.sent_at.is_not(None), mail.c.body != "").values(body="")
        ).rowcount
        return Erased(entries=entries, changes=changes, mails=mails)

    @contextlib.contextmanager
    def _log_open(self) -> Iterator[None]:
        """Lift the guard that keeps the log of changes as it was written, in this transaction.

        The one exception to it: the law lets a person be forgotten there, too.
        """
        if self._connection.dialect.name != "sqlite":
            self._connection.execute(sa.text("ALTER TABLE change DISABLE TRIGGER USER"))
            yield
            self._connection.execute(sa.text("ALTER TABLE change ENABLE TRIGGER USER"))
            return
        guards = self._connection.execute(
            sa.text(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'change'"
            )
        ).all()
        for name, _ in guards:
            self._connection.execute(sa.text(f'DROP TRIGGER "{name}"'))
        yield
        for _, made in guards:
            self._connection.exec_driver_sql(made)


def _holds(column: sa.ColumnElement[str], email: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(column).contains(same_email(email), autoescape=True)


def compact(engine: sa.Engine) -> None:
    """Make the engine let go of what was overwritten: index segments, free pages, the log.

    Slow I/O: SQLite writes its file anew, PostgreSQL its tables. Nothing else may write meanwhile.
    Raises StoreUnavailable.
    """
    with translated():
        _compact(engine)


def _compact(engine: sa.Engine) -> None:
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            # Past the engine: it opens a transaction before each statement, and these want none.
            own = raw.driver_connection
            assert own is not None  # noqa: S101 - for the type checker
            own.rollback()
            own.isolation_level = None
            for statement in (
                "INSERT INTO search (search) VALUES ('optimize')",
                "VACUUM",
                "PRAGMA wal_checkpoint(TRUNCATE)",
            ):
                own.execute(statement).fetchall()
        except sqlite3.Error as error:
            raise sa.exc.OperationalError("compact", None, error) from None
        finally:
            raw.invalidate()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("submission", "search", "imported", "decision", "remark", "change"):
            connection.execute(sa.text(f"VACUUM FULL {table}"))
