"""Forget one person, or show what is known of them; remember it for the backups of before."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from models.comment import write_comment
from service.domain.change import What
from service.domain.erasure import Asked, Certificate, Erased, Sought, seek
from service.domain.moderator import Action, Moderator, require_everywhere
from service.errors import NotReady, StoreUnavailable, Unfinished
from service.storage.erasing import ERASURES
from service.storage.erasure_list import ErasureList
from service.storage.search import TEXTS
from service.storage.spool import Spool, spool_of
from service.storage.store import Store

_PIECE: Final = 200


def show_person(
    asked: Asked,
    *,
    by: Moderator | None = None,
    leaves: bool = False,
    store: Store,
    secret: str,
    now: dt.datetime,
) -> Iterator[dict[str, Any]]:
    """Everything kept of the person, a row for each comment (slow I/O: walks over all of them).

    What *leaves* the server stands in the log, without the person's name. Raises InvalidField,
    NotReady while some of it waits outside of the database, and for a moderator *by* who may not
    ask NotPermitted.
    """
    sought = _sought(asked, by, store=store, secret=secret, now=now)
    if leaves:
        with store.begin() as unit:
            unit.changes.append(What.PERSON_EXPORT, min(sought.marks)[:16], by=by, now=now)
            unit.commit()
    with store.read() as unit:
        sites = {site.site_id: site.blog for site in unit.sites.list_all()}
        ids = list(unit.erasing.find(sought))
        for start in range(0, len(ids), _PIECE):
            some = unit.submissions.list_by_id(ids[start : start + _PIECE])
            for one in sorted(some, key=lambda one: one.submission_id):
                yield {
                    "guid": one.guid,
                    "site": sites[one.site_id],
                    "received_at": one.received_at.isoformat(),
                    "comment": write_comment(one.arrival.comment),
                    "verdict": one.verdict.value if one.verdict else None,
                    "outcome": one.outcome.value,
                }
        for row in unit.erasing.find_imported(sought):
            yield {"imported": row.id, "comment": json.loads(row.comment)}


def forget_person(
    asked: Asked,
    *,
    by: Moderator | None = None,
    data_dir: Path,
    store: Store,
    secret: str,
    now: dt.datetime,
) -> Certificate:
    """Forget everything of the person (slow I/O: walks over all comments, writes the files anew).

    Remembered first, by a keyed hash in the data folder: whatever breaks afterwards, the next
    start, night or `replay` finishes it. Raises InvalidField, NotPermitted, and NotReady: before
    anything was done while comments wait outside of the database. Raises Unfinished in the end,
    with all of it forgotten and logged, when somebody kept the files from being written anew.
    """
    sought = _sought(asked, by, store=store, secret=secret, now=now)
    ErasureList(data_dir).add(sought.marks, now)
    mark = min(sought.marks)
    counts = _forget(sought, mark, by=by, data_dir=data_dir, store=store, now=now)
    return Certificate(erased_at=now.isoformat(), person=mark, counts=counts)


def replay(*, data_dir: Path, store: Store, secret: str, now: dt.datetime) -> Erased:
    """Forget again whom this deployment was asked to forget: after an old backup came back.

    Raises NotReady and Unfinished as `forget_person` does.
    """
    return _again(ErasureList(data_dir).list_all(), data_dir, store, secret=secret, now=now)


def resume(*, data_dir: Path, store: Store, secret: str, now: dt.datetime) -> Erased:
    """Finish what was begun and broke off: at every start and every night (free when nothing did).

    Raises NotReady and Unfinished as `forget_person` does.
    """
    return _again(ErasureList(data_dir).list_open(), data_dir, store, secret=secret, now=now)


def erased_last(data_dir: Path) -> str:
    """When a person was forgotten last, as ISO 8601; "" when nobody ever was."""
    return ErasureList(data_dir).find_last()


def _sought(
    asked: Asked, by: Moderator | None, *, store: Store, secret: str, now: dt.datetime
) -> Sought:
    if by is not None:
        require_everywhere(by, Action.ERASE)
    key = store.address_key(now) if asked.address else b""
    if asked.address and not key:
        raise NotReady("The key of the pseudonyms is not there: try again in a minute.")
    sought = seek(asked, key=key, secret=secret)
    _drain(store, now)
    return sought


def _drain(store: Store, now: dt.datetime) -> None:
    """Nothing of anybody may wait outside of the database."""
    store.drain(now)
    if store.spool is not None and store.spool.waiting_bytes:
        raise NotReady(
            "A running server still holds comments for the database: try again in a few seconds."
        )


def _again(
    marks: Sequence[str], data_dir: Path, store: Store, *, secret: str, now: dt.datetime
) -> Erased:
    if not marks:
        return Erased()
    store.spool = store.spool or Spool(spool_of(data_dir))
    _drain(store, now)
    return _forget(Sought(marks, secret), "", by=None, data_dir=data_dir, store=store, now=now)


def _forget(
    sought: Sought,
    mark: str,
    *,
    by: Moderator | None,
    data_dir: Path,
    store: Store,
    now: dt.datetime,
) -> Erased:
    counts = Erased(refused=_purge_refused(data_dir, sought))
    with store.read() as unit:
        found = list(unit.erasing.find(sought))
        old = [row.id for row in unit.erasing.find_imported(sought)]
    for start in range(0, len(found), _PIECE):
        with store.begin() as unit:
            unit.alone(TEXTS)
            some = unit.erasing.take(found[start : start + _PIECE])
            counts += unit.erasing.forget(some, sought)
            unit.commit()
    with store.begin() as unit:
        for start in range(0, len(old), _PIECE):
            counts += unit.erasing.forget_imported(old[start : start + _PIECE])
        counts += unit.erasing.forget_mentions(sorted(sought.words))
        # Running servers see it and build anew what sites had learned.
        unit.set_meta(ERASURES, secrets.token_hex(8))
        if mark or not counts.is_nothing:
            # In the transaction of the last of it: what comes now can fail.
            subject = mark[:16] or f"{len(sought.marks)} erasures"
            detail = {name: count for name, count in dataclasses.asdict(counts).items() if count}
            unit.changes.append(What.ERASURE, subject, by=by, now=now, detail=detail)
        unit.commit()
    store.lists.forget()
    _compact(store)
    ErasureList(data_dir).set_done(sought.marks, now)
    return counts


def _purge_refused(data_dir: Path, sought: Sought) -> int:
    spool = Spool(spool_of(data_dir))
    return spool.purge_refused(lambda one: sought.is_author(write_comment(one.arrival.comment)))


def _compact(store: Store) -> None:
    try:
        store.compact()
    except StoreUnavailable as error:
        raise Unfinished(
            "All of it is forgotten, but the file still holds its bytes, as somebody else reads or "
            "writes: it is written anew tonight, at the next start, or by `chaffinch privacy "
            "replay` while the server is stopped.",
            detail=error.detail,
        ) from None
