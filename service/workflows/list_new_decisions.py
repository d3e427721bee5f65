"""Which Sites were decided on since we looked last."""

from __future__ import annotations

from service.storage.erasing import ERASURES
from service.storage.store import Store

# More than this at once (a first look, a bulk action) is answered by the newest alone.
_MOST = 5000


def find_erasures(*, store: Store) -> str:
    """Something that is another after every erasure; "" before the first (fast I/O)."""
    with store.read() as unit:
        return unit.find_meta(ERASURES) or ""


def list_new_decisions(after: int, *, store: Store) -> list[tuple[int, int]]:
    """Decisions after this id as (decision id, Site id), oldest first (fast I/O)."""
    with store.read() as unit:
        return unit.decisions.list_sites_after(after, limit=_MOST)
