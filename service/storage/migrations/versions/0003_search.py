"""Words to search by, in each engine's own full-text index; filled by the program afterwards."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """FTS5 on SQLite, a tsvector under GIN on PostgreSQL; the words are cut by us on both."""
    if op.get_bind().dialect.name == "sqlite":
        cut = "tokenize='unicode61 remove_diacritics 0'"
        op.execute(f"CREATE VIRTUAL TABLE search USING fts5(words, {cut})")
        return
    op.execute("CREATE TABLE search (submission_id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
    op.execute("CREATE INDEX ix_search_words ON search USING gin (words)")
