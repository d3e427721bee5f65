"""Read and write history brought in; none of it is a Submission, and none is ever in the Queue."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from models.comment import Label, read_comment, write_comment
from service.domain.history import LabelSource, Past
from service.domain.submission import content_hash
from service.errors import NotFound
from service.storage.history_tables import history_import, imported
from service.storage.records import plain, read_text, write_text
from service.storage.tables import submission

DUPLICATE = "duplicate"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One run over one file; *rows* is how many comments it left here."""

    import_id: int
    site_id: int
    source: str
    file_name: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    rows: int


class Imports:
    """The history of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, site_id: int, source: str, file_name: str, now: dt.datetime) -> int:
        """Begin an import; answers with its number."""
        import_id: int = self._connection.execute(
            history_import.insert()
            .values(site_id=site_id, source=source, file_name=plain(file_name, 200), started_at=now)
            .returning(history_import.c.id),
        ).scalar_one()
        return import_id

    def set_finished(self, import_id: int, now: dt.datetime) -> None:
        """From now on its rows may be exported."""
        self._connection.execute(
            history_import.update().where(history_import.c.id == import_id).values(finished_at=now),
        )

    def append(
        self, import_id: int, site_id: int, source: str, rows: Sequence[dict[str, Any]]
    ) -> collections.Counter[str]:
        """Keep *rows* of `write_past`; how many are "new", "better" and "same".

        Better is one whose Label outranks the kept one. A few statements for all of them (fast
        I/O): a gigabyte holds a million.
        """
        told: collections.Counter[str] = collections.Counter()
        left = rows
        while left:
            first: dict[str, dict[str, Any]] = {}
            # A number that stands there twice is met by what its first one left.
            again = [row for row in left if first.setdefault(row["source_id"], row) is not row]
            told += self._append_once(import_id, site_id, source, first)
            left = again
        return told

    def _append_once(
        self, import_id: int, site_id: int, source: str, rows: dict[str, dict[str, Any]]
    ) -> collections.Counter[str]:
        told: collections.Counter[str] = collections.Counter()
        kept = self._kept(site_id, source, list(rows))
        new = []
        for source_id, row in rows.items():
            there = kept.get(source_id)
            if there is None:
                new.append(row)
                continue
            ranks = (LabelSource(one).rank for one in (row["label_source"], there.label_source))
            is_better = next(ranks) > next(ranks)
            told["better" if is_better else "same"] += 1
            # A run that was cut short left rows behind that nobody may see: this one takes them.
            mine = {"import_id": import_id} if there.finished_at is None else {}
            if changes := (row if is_better else {}) | mine:
                self._connection.execute(
                    imported.update().where(imported.c.id == there.id).values(**changes)
                )
        if new:
            repeated = self._repeated(site_id, source, new)
            common = {"import_id": import_id, "site_id": site_id, "source": source}
            for row in new:
                is_repeated = (row["content_hash"], row["written_at"]) in repeated
                row["exclude"] = row["exclude"] or (DUPLICATE if is_repeated else "")
            self._connection.execute(imported.insert(), [common | row for row in new])
            told["new"] += len(new)
        return told

    def _kept(self, site_id: int, source: str, source_ids: list[str]) -> dict[str, Any]:
        """What is there of these numbers already, by number."""
        rows = self._connection.execute(
            sa.select(
                imported.c.id,
                imported.c.source_id,
                imported.c.label_source,
                history_import.c.finished_at,
            )
            .join(history_import, history_import.c.id == imported.c.import_id)
            .where(
                imported.c.site_id == site_id,
                imported.c.source == source,
                imported.c.source_id.in_(source_ids),
            ),
        ).all()
        return {row.source_id: row for row in rows}

    def _repeated(
        self, site_id: int, source: str, rows: list[dict[str, Any]]
    ) -> set[tuple[str, dt.datetime | None]]:
        """(content hash, time) of those that came from a file of another format already."""
        found = self._connection.execute(
            sa.select(imported.c.content_hash, imported.c.written_at).where(
                imported.c.site_id == site_id,
                imported.c.content_hash.in_({row["content_hash"] for row in rows}),
                imported.c.source != source,
                imported.c.label.is_not(None),
            ),
        ).all()
        return {(row.content_hash, row.written_at) for row in found}

    def list_all(self) -> list[Import]:
        """Every import, oldest first."""
        rows = self._connection.execute(
            sa.select(history_import, sa.func.count(imported.c.id).label("rows"))
            .outerjoin(imported, imported.c.import_id == history_import.c.id)
            .group_by(history_import.c.id)
            .order_by(history_import.c.id),
        ).all()
        return [
            Import(
                import_id=row.id,
                site_id=row.site_id,
                source=row.source,
                file_name=row.file_name,
                started_at=row.started_at,
                finished_at=row.finished_at,
                rows=row.rows,
            )
            for row in rows
        ]

    def count(self, site_ids: tuple[int, ...] | None, *, most: int) -> int:
        """How many comments were brought in for these Sites, counted to *most*."""
        some = sa.select(imported.c.id).limit(most)
        if site_ids is not None:
            some = some.where(imported.c.site_id.in_(site_ids))
        counted = sa.select(sa.func.count()).select_from(some.subquery())
        found: int = self._connection.execute(counted).scalar_one()
        return found

    def purge(self, import_id: int) -> int:
        """Take one import back: its rows and its Labels. Answers with how many. Raises NotFound."""
        rows = self._connection.execute(
            imported.delete().where(imported.c.import_id == import_id),
        ).rowcount
        found = self._connection.execute(
            history_import.delete().where(history_import.c.id == import_id),
        ).rowcount
        if not found:
            raise NotFound(f"There is no import {import_id}.")
        return rows

    def each_labelled(self, *, batch: int = 500) -> Iterator[tuple[int, int, str, Past]]:
        """(id, Site's id, format, Past) of all that may teach, oldest first, in flat memory.

        A comment that we were asked about ourselves, and that somebody decided, is left out: that
        Decision is the better Label.
        """
        last = 0
        is_known = (
            sa.select(submission.c.id)
            .where(
                submission.c.site_id == imported.c.site_id,
                submission.c.content_hash == imported.c.content_hash,
                submission.c.version > 0,
            )
            .exists()
        )
        while True:
            rows = self._connection.execute(
                sa.select(imported)
                .join(history_import, history_import.c.id == imported.c.import_id)
                .where(
                    imported.c.id > last,
                    imported.c.label.is_not(None),
                    imported.c.exclude == "",
                    history_import.c.finished_at.is_not(None),
                    sa.not_(is_known),
                )
                .order_by(imported.c.id)
                .limit(batch),
            ).all()
            if not rows:
                return
            last = rows[-1].id
            for row in rows:
                yield row.id, row.site_id, row.source, _read(row)


# Which columns of `write_past` are times.
TIMES = ("label_at", "written_at")


def write_past(past: Past) -> dict[str, Any]:
    """The row of *past*, without the import it came with (heavy CPU: its text is folded)."""
    return {
        "source_id": plain(past.source_id, 200),
        "content_hash": content_hash(past.comment),
        "comment": write_text(write_comment(past.comment)),
        "label": past.label and past.label.value,
        "label_source": past.label_source.value,
        "label_note": plain(past.label_note, 200),
        "label_at": past.label_at,
        "weight": past.counts,
        "origin": plain(past.origin, 20),
        "exclude": plain(past.exclude, 60),
        "written_at": past.received_at or past.comment.written_at,
    }


def _read(row: Any) -> Past:  # noqa: ANN401 - a SQLAlchemy Row
    return Past(
        source_id=row.source_id,
        comment=read_comment(read_text(row.comment)),
        label=Label(row.label),
        label_source=LabelSource(row.label_source),
        label_note=row.label_note,
        label_at=row.label_at,
        received_at=row.written_at,
        exclude=row.exclude,
        weight=row.weight,
        origin=row.origin,
    )
