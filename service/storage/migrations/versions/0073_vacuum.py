"""PostgreSQL clears up behind new rows and decided ones sooner than by its own measure.

A count of what waits is answered out of an index alone only where VACUUM has been since the rows
changed. By itself it comes after a fifth of the table: of a million, only after 200,000 new rows,
and until then ten thousand that wait are looked up one by one (10 instead of 2 ms).
"""

from alembic import op

revision = "0073"
down_revision = "0072"

_NAMES = ("autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor")


def upgrade() -> None:
    """After a fiftieth of the table, whether added or changed."""
    if op.get_bind().dialect.name == "postgresql":
        told = ", ".join(f"{name} = 0.02" for name in _NAMES)
        op.execute(f"ALTER TABLE submission SET ({told})")


def downgrade() -> None:
    """As the server does by itself."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE submission RESET ({', '.join(_NAMES)})")
