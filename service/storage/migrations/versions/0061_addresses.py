"""IP addresses that earlier versions stored whole become a network and a pseudonym.

Data only: no table changes. What is written and looked for is what this program writes and looks
for from now on, so its own spelling is used and not a copy of it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from service.domain.address import MARK, kept, network_of
from service.domain.tokens import IP, coded, ip_words
from service.storage.records import write_text

revision = "0061"
down_revision = "0060"

_BATCH = 500
_submission = sa.table("submission", sa.column("id"), sa.column("comment", sa.Text))
_imported = sa.table("imported", sa.column("id"), sa.column("comment", sa.Text))
_meta = sa.table("meta", sa.column("name"), sa.column("value"))


def upgrade() -> None:
    """Rewrite rows and their words to search by (slow I/O: about a minute for a million)."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # What is overwritten shall not stay readable in the file's free pages.
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    key, changed = _key(connection), 0
    for batch in _whole(connection, _submission):
        rows, words = [], []
        for row_id, comment in batch:
            address = comment["user_ip"]
            comment["user_ip"] = kept(address, key)
            rows.append({"own_id": row_id, "own_comment": write_text(comment)})
            old = [coded(IP, one) for one in (address, address.rpartition(".")[0]) if one]
            words.append((row_id, old, ip_words(comment["user_ip"])))
        _write(connection, _submission, rows)
        _write_words(connection, words, is_sqlite=is_sqlite)
        changed += len(rows)
    for batch in _whole(connection, _imported):
        # Of history not even a pseudonym is kept: it was given to another program, long ago.
        rows = [
            {
                "own_id": row_id,
                "own_comment": write_text(comment | {"user_ip": network_of(comment["user_ip"])}),
            }
            for row_id, comment in batch
        ]
        _write(connection, _imported, rows)
    if is_sqlite and changed:
        # Merged, the index holds no word any more that was taken out of it.
        connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")


def downgrade() -> None:
    """Nothing comes back: nobody has the addresses. The program before reads these rows as well."""


def _key(connection: sa.Connection) -> bytes:
    """The key of now, so that old and new comments of one address are known to be that.

    Without one, a key that nobody keeps: it tells the old ones apart, and no more.
    """
    told = connection.execute(
        sa.select(_meta.c.value).where(_meta.c.name == "address-key")
    ).scalar_one_or_none()
    return bytes.fromhex(json.loads(told)[1]) if told else secrets.token_bytes(32)


def _whole(
    connection: sa.Connection, table: sa.TableClause
) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    """Batches of (id, comment) whose address is neither a network nor a pseudonym yet."""
    last = 0
    while True:
        found = connection.execute(
            sa.select(table.c.id, table.c.comment)
            .where(table.c.id > last, table.c.comment.like('%"user_ip"%'))
            .order_by(table.c.id)
            .limit(_BATCH)
        ).all()
        if not found:
            return
        last = found[-1].id
        rows = [(row.id, json.loads(row.comment)) for row in found]
        yield [
            (row_id, comment)
            for row_id, comment in rows
            if (address := comment.get("user_ip"))
            and MARK not in address
            and network_of(address) != address
        ]


def _write(connection: sa.Connection, table: sa.TableClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(
            table.update()
            .where(table.c.id == sa.bindparam("own_id"))
            .values(comment=sa.bindparam("own_comment")),
            rows,
        )


def _write_words(
    connection: sa.Connection,
    changes: list[tuple[int, list[str], list[str]]],
    *,
    is_sqlite: bool,
) -> None:
    """Put the new words where the old ones stood, in rows that are findable already."""
    if not changes:
        return
    if is_sqlite:
        text = (
            "UPDATE search SET words = replace(replace(words, :first, :new), :second, '')"
            " WHERE rowid = :own_id"
        )
    else:
        text = (
            "UPDATE search SET words = ts_delete(ts_delete(words, :first), :second)"
            " || array_to_tsvector(string_to_array(:new, ' ')) WHERE submission_id = :own_id"
        )
    connection.execute(
        sa.text(text),
        [
            {"own_id": own_id, "first": old[0], "second": old[-1], "new": " ".join(new)}
            for own_id, old, new in changes
        ],
    )
