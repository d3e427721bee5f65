"""Make a PostgreSQL database that a test used as it was before: making another takes a second.

`DELETE`, not `TRUNCATE`: that makes some three hundred new files each time.
"""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa

# What a test may have changed beside rows: columns, indexes, constraints, triggers, settings.
_SHAPE = """
SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
  SELECT concat_ws('|', table_name, column_name, data_type, character_maximum_length, is_nullable,
    column_default, is_identity) AS part
    FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT concat_ws('|', conrelid::regclass, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws('|', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
    WHERE NOT tgisinternal OR tgenabled <> 'O'
  UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws('|', relname, relkind, reloptions)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT setconfig::text FROM pg_db_role_setting
    JOIN pg_database ON pg_database.oid = setdatabase WHERE datname = current_database()
  UNION ALL SELECT version_num FROM alembic_version
) AS parts
"""
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_SIZE = "SELECT pg_database_size(current_database())"
_EMPTY = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT oid::regclass AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
  LOOP EXECUTE 'DELETE FROM ' || one.name; END LOOP;
  PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence
    JOIN pg_class ON pg_class.oid = seqrelid WHERE relnamespace = 'public'::regnamespace;
END $$
"""
# What is deleted keeps its room until VACUUM: with more than this a new database is cheaper.
_MOST_BYTES = 4 << 20


@lru_cache
def _fresh(address: str) -> tuple[str, int]:
    """Shape and bytes of the database that all are copies of."""
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        found = tuple(connection.exec_driver_sql(ask).scalar_one() for ask in (_SHAPE, _SIZE))
    engine.dispose()
    return found


def emptied(address: str, *, like: str) -> bool:
    """Whether this database is as *like* again; False when a test changed more than rows.

    Also when somebody still uses it, or much was written.
    """
    shape, size = _fresh(like)
    engine = sa.create_engine(address, connect_args={"options": "-c lock_timeout=500"})
    try:
        with engine.begin() as connection:
            if connection.exec_driver_sql(_OTHERS).scalar_one():
                return False
            if connection.exec_driver_sql(_SHAPE).scalar_one() != shape:
                return False
            if connection.exec_driver_sql(_SIZE).scalar_one() > size + _MOST_BYTES:
                return False
            # Rows go in any order.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql(_EMPTY)
    except sa.exc.SQLAlchemyError:
        return False
    finally:
        engine.dispose()
    return True
