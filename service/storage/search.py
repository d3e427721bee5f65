"""The words Submissions are found by: FTS5 on SQLite, a tsvector on PostgreSQL.

The words come cut and folded (domain/tokens.py): only letters and digits, so nothing in them can be
taken for an operator of either engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from service.domain.query import Term

# Whoever makes something of comments' texts in the background, or forgets them, says this to
# `unit.alone` first: so nothing is made of a text after it was forgotten.
TEXTS: Final = "texts"
# The fact of how far, by id, comments have got their words.
INDEXED: Final = "indexed_until"
# Positions past this number mean the same place to PostgreSQL.
_MOST_PLACE: Final = 16_383

search: Final = sa.table(
    "search",
    sa.column("rowid", sa.Integer),
    sa.column("submission_id", sa.BigInteger),
    sa.column("words"),
)


def matches(terms: Sequence[Term], dialect: str) -> sa.ColumnElement[bool]:
    """Whether every one of *terms* stands in a row of `search`."""
    if dialect == "sqlite":
        parts = (
            '"' + " ".join(term.words) + '"' + ("*" if term.is_prefix else "") for term in terms
        )
        return sa.literal_column("search").op("MATCH", is_comparison=True)(" AND ".join(parts))
    parts = (_lexemes(term) for term in terms)
    asked = sa.cast(" & ".join(parts), sa.Text).op("::")(sa.literal_column("tsquery"))
    return search.c.words.op("@@", is_comparison=True)(asked)


def _lexemes(term: Term) -> str:
    *first, last = (f"'{word}'" for word in term.words)
    return "(" + " <-> ".join([*first, last + (":*" if term.is_prefix else "")]) + ")"


class Search:
    """The search index of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    def append(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Make Submissions findable: pairs of their id and their words."""
        values: list[dict[str, Any]] = [
            {"own_id": own_id, "own_words": self._written(words)} for own_id, words in rows
        ]
        if not values:
            return
        text = (
            "INSERT INTO search (rowid, words) VALUES (:own_id, :own_words)"
            if self._is_sqlite
            else "INSERT INTO search (submission_id, words) VALUES"
            " (:own_id, CAST(:own_words AS tsvector)) ON CONFLICT DO NOTHING"
        )
        self._connection.execute(sa.text(text), values)

    def purge(self, submission_ids: sa.Select[Any]) -> None:
        """Forget the words of these Submissions."""
        key = search.c.rowid if self._is_sqlite else search.c.submission_id
        self._connection.execute(sa.delete(search).where(key.in_(submission_ids)))

    def renew(self, rows: Iterable[tuple[int, list[str]]], *, until: int) -> None:
        """Let Submissions be found by other words than before; pairs as in `append`.

        Those past *until* (INDEXED) have no words yet, and will get these by themselves.
        """
        known = [(own_id, words) for own_id, words in rows if own_id <= until]
        if known:
            key = search.c.rowid if self._is_sqlite else search.c.submission_id
            own_ids = [own_id for own_id, _ in known]
            self._connection.execute(sa.delete(search).where(key.in_(own_ids)))
            self.append(known)

    def _written(self, words: list[str]) -> str:
        if self._is_sqlite:
            return " ".join(words)
        places: dict[str, list[int]] = {}
        for place, word in enumerate(words, 1):
            places.setdefault(word, []).append(min(place, _MOST_PLACE))
        return " ".join(
            f"'{word}':{','.join(map(str, found[:200]))}" for word, found in places.items()
        )
