"""Read and write history brought in; none of it is a Submission, and none is ever in the Queue."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from models.comment import Label, read_comment, write_comment
from service.domain.history import LabelSource, Past
from service.domain.submission import content_hash
from service.errors import NotFound
from service.storage.history_tables import history_import, imported
from service.storage.records import plain, write_text
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

    def append(self, import_id: int, site_id: int, source: str, past: Past) -> str:
        """Keep one comment: "new", "better" when its Label outranks the kept one, or "same"."""
        source_id = plain(past.source_id, 200)
        kept = self._connection.execute(
            sa.select(imported.c.id, imported.c.label_source, history_import.c.finished_at)
            .join(history_import, history_import.c.id == imported.c.import_id)
            .where(
                imported.c.site_id == site_id,
                imported.c.source == source,
                imported.c.source_id == source_id,
            ),
        ).one_or_none()
        row = _write(past)
        if kept is None:
            row["exclude"] = row["exclude"] or self._repeats(site_id, source, row)
            self._connection.execute(
                imported.insert().values(
                    import_id=import_id, site_id=site_id, source=source, source_id=source_id, **row
                ),
            )
            return "new"
        is_better = past.label_source.rank > LabelSource(kept.label_source).rank
        # A run that was cut short left rows behind that nobody may see: this one takes them over.
        changes = row if is_better else {}
        if kept.finished_at is None:
            changes = changes | {"import_id": import_id}
        if changes:
            self._connection.execute(
                imported.update().where(imported.c.id == kept.id).values(**changes)
            )
        return "better" if is_better else "same"

    def _repeats(self, site_id: int, source: str, row: dict[str, Any]) -> str:
        """DUPLICATE when the same comment came from a file of another format already."""
        found = self._connection.execute(
            sa.select(imported.c.id)
            .where(
                imported.c.site_id == site_id,
                imported.c.content_hash == row["content_hash"],
                imported.c.source != source,
                imported.c.label.is_not(None),
                imported.c.written_at.is_not_distinct_from(row["written_at"]),
            )
            .limit(1),
        ).one_or_none()
        return DUPLICATE if found else ""

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


def _write(past: Past) -> dict[str, Any]:
    return {
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
        comment=read_comment(json.loads(row.comment)),
        label=Label(row.label),
        label_source=LabelSource(row.label_source),
        label_note=row.label_note,
        label_at=row.label_at,
        received_at=row.written_at,
        exclude=row.exclude,
        weight=row.weight,
        origin=row.origin,
    )
