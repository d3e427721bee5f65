"""A store filled with as many submissions as one likes, made by the engine itself."""

from __future__ import annotations

from service.storage.search import INDEXED
from service.storage.store import Store

_SQLITE_NUMBERS = (
    "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {size})"
)
_POSTGRES_NUMBERS = "WITH number AS (SELECT generate_series(1, {size}) AS n)"
_EVIDENCE = (
    '{"base":-1.0,"rest":0.1,"clues":[["word in the text","cheap",1.4,"text"],'
    '["link to a domain never seen","shop.example",0.9,""],'
    '["author has approved comments","12",-0.7,""]],"abstains":""}'
)
_ROWS = """
INSERT INTO submission (guid, site_id, kind, received_at, content_hash, comment, request, is_test,
  verdict, score, evidence, model_id, took_ms, outcome, version, priority, author_key)
{numbers}
SELECT {guid}, 1, 'check', {received}, {guid},
  '{{"text":"Comment number ' || n || ' says that word' || (n % 1000) || ' is cheap today, see '
  || 'http://shop' || (n % 500) || '.example/offer for more of it and thank you for the post",'
  || '"author":"Author ' || (n % 5000) || '","author_email":"a' || (n % 5000)
  || '@mail.example","user_ip":"203.0.113.' || (n % 250)
  || '","permalink":"https://blog.example.org/2026/post-' || (n % 300) || '/","blog_lang":["en"]}}',
  '{{}}', {false},
  CASE WHEN {waits} THEN 'UNSURE' WHEN n % 3 = 0 THEN 'SPAM' WHEN n % 97 = 0 THEN 'BLATANT'
    ELSE 'HAM' END,
  CASE WHEN {waits} THEN 0.4 + (n % 500) / 1000.0 WHEN n % 3 = 0 OR n % 97 = 0 THEN 0.97
    ELSE 0.05 END,
  '{evidence}', 'stub', 1.0,
  CASE WHEN {waits} THEN 'UNSURE' WHEN n % 3 = 0 OR n % 97 = 0 THEN 'SPAM' ELSE 'HAM' END,
  0, CASE WHEN {waits} THEN -(n % 1000) / 7.0 END, 'k' || (n % 5000)
FROM number
"""
_WORDS_SQLITE = """
INSERT INTO search (rowid, words) {numbers}
SELECT n, 'comment number ' || n || ' says that word' || (n % 1000) || ' is cheap today author '
  || (n % 5000) || ' zqa' || (n % 5000) FROM number
"""
_WORDS_POSTGRES = """
INSERT INTO search (submission_id, words) {numbers}
SELECT n, ('''comment'':1 ''number'':2 ''' || n || ''':3 ''says'':4 ''word' || (n % 1000)
  || ''':5 ''is'':6 ''cheap'':7 ''zqa' || (n % 5000) || ''':8')::tsvector FROM number
"""


def waiting(size: int) -> int:
    """How many wait: a queue is as long as people leave it, not as what was ever stored."""
    return max(5_000, size // 50)


def fill(store: Store, size: int) -> None:
    """Store *size* submissions, made by the engine itself."""
    is_sqlite = store.engine.dialect.name == "sqlite"
    numbers = (_SQLITE_NUMBERS if is_sqlite else _POSTGRES_NUMBERS).format(size=size)
    every = size // waiting(size)
    parts = {
        "numbers": numbers,
        "guid": "printf('%032x', n)" if is_sqlite else "lpad(to_hex(n), 32, '0')",
        "received": "datetime('2026-11-24', '-' || (n % 9000) || ' minutes')"
        if is_sqlite
        else "timestamptz '2026-11-24 00:00+00' - (n % 9000) * interval '1 minute'",
        "false": "0" if is_sqlite else "false",
        "waits": f"n % {every} = 0",
        "evidence": _EVIDENCE,
    }
    words = _WORDS_SQLITE if is_sqlite else _WORDS_POSTGRES
    with store.engine.begin() as connection:
        for text in (_ROWS.format(**parts), words.format(numbers=numbers)):
            connection.exec_driver_sql(text.replace("%", "%%") if not is_sqlite else text)
        if not is_sqlite:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    with store.begin() as unit:
        unit.set_meta(INDEXED, str(size))
        unit.commit()
    with store.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
            # As PostgreSQL does by itself behind so many new rows (migration 0073).
            "ANALYZE" if is_sqlite else "VACUUM ANALYZE"
        )
        if is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
