"""Bring history in: a file of another program becomes Labels, all of it or nothing."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import itertools
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from models.comment import write_comment
from service.domain.address import given_out
from service.domain.erasure import Sought
from service.domain.history import Past, settle
from service.domain.site import Site, same_address
from service.errors import MendableFile, NotFound
from service.history.formats import Reader, readers
from service.history.source import Notes, Source
from service.storage.erasure_list import ErasureList
from service.storage.imports import TIMES, Import, write_past
from service.storage.store import Store

# Short transactions: checks go on while a gigabyte comes in.
_BATCH: Final = 500
# What the summary says of comments whose person this deployment was asked to forget.
_ERASED: Final = "of a person who was erased here"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a file held. *tally* counts by (label or "", label source, why it does not teach).

    *written* counts "new", "better" (a Label outranked the one that was kept) and "same"; empty
    for a dry run. *skipped* and *said* are what the file could not hold.
    """

    import_id: int | None
    tally: dict[tuple[str, str, str], int]
    written: dict[str, int]
    skipped: dict[str, int]
    said: list[str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How to bring a file in: *is_dry* writes nothing, *any_site* takes rows of every Site.

    Without *has_people* names, addresses and e-mails are dropped.
    """

    is_dry: bool = False
    any_site: bool = False
    has_people: bool = True


def import_history(
    place: Path,
    name: str,
    blog: str,
    how: How = How(),
    *,
    moved: Callable[[int], None] = lambda _done: None,
    data_dir: Path,
    store: Store,
    secret: str,
    now: dt.datetime,
) -> Brought:
    """Read *place* as format *name* for the Site of *blog*, then keep what it says.

    The whole file is read first, into a spool on disk: one that breaks at its end has written
    nothing. Then short transactions under one import, which counts only once it is finished; a run
    that is cut short is completed by the next. Flat memory. Who was erased here, by the list in
    *data_dir* whose marks *secret* makes, does not come back: those are skipped and counted. Raises
    BadFile (a BadInput) with the line, NotFound, StoreUnavailable.
    """
    site, erased = _site(blog, store), ErasureList(data_dir)
    marks = erased.list_all()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        asked = _Asked(place, site, how, Sought(marks, secret), now)
        tally, notes = _read(asked, readers(name, site.blog, any_site=how.any_site), moved, spool)
        written: collections.Counter[str] = collections.Counter()
        import_id = None
        if not how.is_dry and tally:
            spool.seek(0)
            rows = map(_unspool, spool)
            import_id = _write(rows, written, site, (name, place.name), store=store, now=now)
            # Whoever is erased from now on is found among what is written.
            late = Sought(set(erased.list_all()) - set(marks), secret)
            for _ in range(_finish(import_id, late, store=store, now=now)):
                notes.skip(_ERASED)
    return Brought(
        import_id=import_id,
        tally=dict(tally),
        written=dict(written),
        skipped=notes.skipped,
        said=notes.said,
    )


def _site(blog: str, store: Store) -> Site:
    with store.read() as unit:
        for site in unit.sites.list_all():
            if site.address == same_address(blog):
                return site
    raise NotFound(f"There is no site for {blog}. Add it: chaffinch site add {blog[:200]}")


@dataclasses.dataclass(frozen=True, slots=True)
class _Asked:
    """What is read, for which Site, how, without whom, and when."""

    place: Path
    site: Site
    how: How
    erased: Sought
    now: dt.datetime


def _read(
    asked: _Asked, reading: Sequence[Reader], moved: Callable[[int], None], spool: IO[str]
) -> tuple[collections.Counter[tuple[str, str, str]], Notes]:
    for reader in reading:
        notes, tally = Notes(), collections.Counter[tuple[str, str, str]]()
        spool.seek(0)
        spool.truncate()
        try:
            for found in reader(Source(asked.place, notes, moved)):
                if asked.erased.marks and asked.erased.is_author(write_comment(found.comment)):
                    notes.skip(_ERASED)
                    continue
                past = settle(_here(found, asked), asked.now)
                label = past.label.value if past.label else ""
                tally[label, past.label_source.value, past.exclude] += 1
                if not asked.how.is_dry:
                    spool.write(_spooled(write_past(past)) + "\n")
        except MendableFile as error:
            broken = error
            continue
        return tally, notes
    raise broken


def _here(past: Past, asked: _Asked) -> Past:
    """*past* as it is kept: of its IP address, given to another program long ago, the network."""
    comment = dataclasses.replace(
        past.comment,
        blog=past.comment.blog or asked.site.blog,
        user_ip=given_out(past.comment.user_ip),
    )
    if not asked.how.has_people:
        comment = dataclasses.replace(
            comment, author="", author_email="", author_url="", user_ip=""
        )
    return dataclasses.replace(past, comment=comment)


def _write(
    rows: Iterator[dict[str, Any]],
    written: collections.Counter[str],
    site: Site,
    names: tuple[str, str],
    *,
    store: Store,
    now: dt.datetime,
) -> int:
    name, file_name = names
    with store.begin() as unit:
        import_id = unit.imports.add(site.site_id, name, file_name, now)
        unit.commit()
    while batch := list(itertools.islice(rows, _BATCH)):
        with store.begin() as unit:
            written.update(unit.imports.append(import_id, site.site_id, name, batch))
            unit.commit()
    return import_id


def _finish(import_id: int, late: Sought, *, store: Store, now: dt.datetime) -> int:
    """Let the import count, without those who were erased while it ran; answers with how many."""
    with store.begin() as unit:
        found = [row.id for row in unit.erasing.find_imported(late)] if late.marks else []
        for start in range(0, len(found), _BATCH):
            unit.erasing.forget_imported(found[start : start + _BATCH])
        unit.imports.set_finished(import_id, now)
        unit.commit()
    return len(found)


def _spooled(row: dict[str, Any]) -> str:
    told = {name: row[name] and row[name].isoformat() for name in TIMES}
    return json.dumps(row | told)


def _unspool(line: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(line)
    return row | {name: row[name] and dt.datetime.fromisoformat(row[name]) for name in TIMES}


def list_imports(*, store: Store) -> list[tuple[Site, Import]]:
    """Every import with its Site, oldest first."""
    with store.read() as unit:
        return [(unit.sites.get(one.site_id), one) for one in unit.imports.list_all()]


def revert_import(import_id: int, *, store: Store) -> int:
    """Take one import back: exactly its rows and Labels. Answers how many. Raises NotFound."""
    with store.begin() as unit:
        rows = unit.imports.purge(import_id)
        unit.commit()
    return rows
