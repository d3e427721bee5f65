"""Find and forget one person: every table that keeps something of a comment's author.

Events are not among them: they carry no text and no person's data (domain/event.py).
"""

from __future__ import annotations

import contextlib
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote_plus

import sqlalchemy as sa

from service.domain.author import author_key
from service.domain.decision import Act
from service.domain.erasure import Erased, Sought
from service.domain.submission import Submission
from service.storage.authors import Authors
from service.storage.decisions import Decisions
from service.storage.desk_tables import change, entry, entry_hit, mail
from service.storage.history_tables import imported
from service.storage.queue_tables import author, bulk, campaign, handover, remark, saved_view
from service.storage.records import read_submission, read_text, write_text
from service.storage.search import Search
from service.storage.settle import trusted_act
from service.storage.tables import decision, submission

_BATCH: Final = 500
_GONE: Final = "(erased)"
# The fact of a deployment that is another after every erasure.
ERASURES: Final = "erasures"


class Erasing:
    """Forgetting, in one transaction. Cost: a walk over all comments, in batches."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        if connection.dialect.name == "sqlite":
            # Freed pages are overwritten, not only let go.
            connection.execute(sa.text("PRAGMA secure_delete = ON"))

    def find(self, sought: Sought) -> Iterator[int]:
        """The id of every Submission of the person, oldest first."""
        rows = sa.select(submission.c.id, submission.c.comment)
        kept = rows.where(submission.c.comment != write_text({}))
        for row in self._walk(kept, submission.c.id, sought):
            yield row.id

    def find_imported(self, sought: Sought) -> Iterator[Any]:
        """Every row of brought-in history of the person: (id, comment as JSON text)."""
        rows = sa.select(imported.c.id, imported.c.comment)
        return self._walk(rows, imported.c.id, sought)

    def _walk(self, query: sa.Select[Any], own_id: Any, sought: Sought) -> Iterator[Any]:  # noqa: ANN401 - a Column
        """The rows of *query* whose comment is the person's, in batches by *own_id*."""
        last = 0
        while True:
            piece = query.where(own_id > last).order_by(own_id).limit(_BATCH)
            rows = self._connection.execute(piece).all()
            if not rows:
                return
            last = rows[-1].id
            yield from (row for row in rows if sought.is_author(read_text(row.comment)))

    def take(self, ids: Sequence[int]) -> list[Submission]:
        """These Submissions, ours until the commit: nobody decides one while it is forgotten."""
        rows = self._connection.execute(
            submission.select()
            .where(submission.c.id.in_(ids))
            .order_by(submission.c.id)
            .with_for_update()
        ).all()
        return [read_submission(row) for row in rows]

    def forget(self, found: Sequence[Submission], sought: Sought) -> Erased:
        """Blank these Submissions and what hangs on them; answers and verdicts stay as counts.

        Say `unit.alone(TEXTS)` before `take`: what is being made of their texts is made first.
        """
        ids = [one.submission_id for one in found]
        chosen = sa.select(submission.c.id).where(submission.c.id.in_(ids))
        Search(self._connection).purge(chosen)
        notes = self._notes(ids)
        self._groups(found)
        self._standings(found, sought)
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

    def _standings(self, found: Sequence[Submission], sought: Sought) -> None:
        """What moderators thought of these authors: gone with whose e-mail address is forgotten.

        Others wrote from the same IP address: of theirs goes what these comments had added.
        """
        decisions = Decisions(self._connection).list_of_many([one.submission_id for one in found])
        own, moves = set(), Counter[tuple[int, str, Act]]()
        for one in found:
            comment = one.arrival.comment
            key, act = author_key(comment), trusted_act(decisions[one.submission_id])
            if key and sought.has_email(comment.author_email):
                own.add(key)
            elif key and act:
                moves[one.site_id, key, act] -= 1
        Authors(self._connection).move(moves)
        if own:
            self._connection.execute(author.delete().where(author.c.author_key.in_(own)))
            # Rows whose text an earlier version forgot still hold the key.
            self._connection.execute(
                submission.update().where(submission.c.author_key.in_(own)).values(author_key=None)
            )

    def _notes(self, ids: Sequence[int]) -> int:
        remarks = self._connection.execute(
            remark.update().where(remark.c.submission_id.in_(ids)).values(text="")
        ).rowcount
        # A word to a colleague counts as a note, too; who gave it to whom stays.
        handed = self._connection.execute(
            handover.update()
            .where(handover.c.submission_id.in_(ids), handover.c.note != "")
            .values(note="")
        ).rowcount
        said = self._connection.execute(
            decision.update()
            .where(
                decision.c.submission_id.in_(ids),
                sa.or_(decision.c.note != "", decision.c.reporter != ""),
            )
            .values(note="", reporter=""),
        ).rowcount
        return remarks + handed + said

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

    def forget_mentions(self, words: Sequence[str]) -> Erased:
        """What people wrote down with these addresses in it: lists, log, views; all sent mail."""
        entries = changes = 0
        for word in words:
            own = sa.func.lower(entry.c.pattern) == word
            ids = self._connection.execute(sa.select(entry.c.id).where(own)).scalars().all()
            self._connection.execute(entry_hit.delete().where(entry_hit.c.entry_id.in_(ids)))
            self._connection.execute(entry.delete().where(entry.c.id.in_(ids)))
            entries += len(ids)
            said = sa.or_(*(_holds(column, word) for column in (change.c.subject, change.c.detail)))
            with self._log_open():
                changes += self._connection.execute(
                    change.update().where(said).values(subject=_GONE, detail="{}")
                ).rowcount
            for table, column in _WRITTEN:
                self._connection.execute(
                    table.update().where(_holds(column, word)).values({column.name: ""})
                )
        for table, column in _PLACES:
            self._forget_places(table, column, words)
        # Sent, or given up.
        is_over = sa.or_(mail.c.sent_at.is_not(None), mail.c.next_at.is_(None))
        mails = self._connection.execute(
            mail.update().where(is_over, mail.c.body != "").values(body="")
        ).rowcount
        return Erased(entries=entries, changes=changes, mails=mails)

    def _forget_places(
        self, table: sa.Table, column: sa.ColumnElement[str], words: Sequence[str]
    ) -> None:
        """Blank the addresses of our own pages that name one of *words*: there an @ is %40."""
        rows = self._connection.execute(sa.select(table.c.id, column).where(column != "")).all()
        read = ((row.id, unquote_plus(row[1]).lower()) for row in rows)
        own = [row_id for row_id, place in read if any(word in place for word in words)]
        for start in range(0, len(own), _BATCH):
            some = table.c.id.in_(own[start : start + _BATCH])
            self._connection.execute(table.update().where(some).values({column.name: ""}))

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


# Where else people write what they like, the address of somebody among it.
_WRITTEN: Final = (
    (entry, entry.c.why),
    (bulk, bulk.c.note),
    (saved_view, saved_view.c.name),
    # About somebody else's comment, that is: notes on the person's own go whole.
    (remark, remark.c.text),
    (decision, decision.c.note),
    (decision, decision.c.reporter),
)
_PLACES: Final = ((bulk, bulk.c.asked), (saved_view, saved_view.c.place))


def _holds(column: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(column).contains(word, autoescape=True)
