"""Isso's database, Remark42's backup and Commento's export. None of them can hold much spam."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urljoin

from models.comment import Label
from service.domain.history import LabelSource, Past
from service.errors import BadFile
from service.history.fields import is_empty, make, read_epoch, read_time, text_of
from service.history.source import Notes, Source
from service.history.tables import items_of, json_lines

_MOST_PEOPLE: Final = 500_000


def _ham(note: str, exclude: str = "") -> dict[str, Any]:
    return {
        "label": Label.HAM,
        "label_source": LabelSource.IMPLIED,
        "label_note": note,
        "exclude": exclude,
    }


def _none(note: str) -> dict[str, Any]:
    return {"label_note": note, "exclude": "unlabelled"}


def _kept(number: str, text: str, parent: str, notes: Notes) -> str | None:
    """The parent to keep, or None when there is nothing to keep at all."""
    if not number:
        notes.skip("without a number")
        return None
    if is_empty(text):
        notes.skip("empty")
        return None
    if parent == number:
        notes.skip("answers itself (kept, without its parent)")
        return ""
    return parent


_ISSO: Final = (
    "SELECT c.id, t.uri, c.parent, c.created, c.mode, c.remote_addr, c.text, c.author, c.email,"
    " c.website FROM comments c LEFT JOIN threads t ON t.id = c.tid ORDER BY c.id"
)


def read_isso(source: Source, site: str) -> Iterator[Past]:
    """The comments of an Isso database, opened read-only. *site* completes its paths."""
    source.notes.say("Isso has no spam state: its file holds ham only.")
    place = quote(str(source.place.resolve()))
    try:
        with sqlite3.connect(f"file:{place}?mode=ro&immutable=1", uri=True) as base:
            base.text_factory = lambda raw: raw.decode("utf-8", "replace")
            # A hostile schema may define views and triggers; none of them may do anything.
            base.execute("PRAGMA trusted_schema=OFF")
            base.execute("PRAGMA query_only=ON")
            for row in base.execute(_ISSO):
                past = _isso_row(tuple(row), site, source.notes)
                if past is not None:
                    yield past
    except sqlite3.Error as error:
        raise BadFile(f"This is no Isso database ({str(error)[:100]}).") from None
    finally:
        if "base" in locals():
            base.close()


def _isso_row(row: tuple[Any, ...], site: str, notes: Notes) -> Past | None:
    number, uri, parent, created, mode, address, text, author, email, website = row
    told = text_of(text)
    above = _kept(text_of(number), told, text_of(parent), notes)
    if above is None:
        return None
    comment = make(
        told[: 1024 * 1024],
        author=text_of(author),
        author_email=text_of(email),
        author_url=text_of(website),
        user_ip=text_of(address),
        permalink=urljoin(site, text_of(uri)),
        parent=above,
        written_at=read_epoch(created),
    )
    said = _ham("mode=1") if mode == 1 else _none(f"mode={text_of(mode)[:10]}")
    return Past(source_id=text_of(number), comment=comment, **said)


def read_remark42(source: Source) -> Iterator[Past]:
    """The comments of a Remark42 backup: the first line describes, each other is one comment."""
    source.notes.say("Remark42 has no spam state and hides addresses: its file holds ham only.")
    _number, line = next(source.lines(), (0, b""))
    try:
        meta = json.loads(line)
        version = meta["version"]
        people = meta.get("users") or []
        blocked = {text_of(p.get("id")) for p in people if p.get("blocked", {}).get("status")}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadFile("This is no Remark42 backup: its first line does not say so.") from None
    if version not in {0, 1}:
        raise BadFile(f"Remark42 backups of version {str(version)[:10]} are not known.")
    for row in json_lines(source, skip_first=True):
        past = _remark(row, blocked, source.notes)
        if past is not None:
            yield past


def _remark(row: dict[str, Any], blocked: set[str], notes: Notes) -> Past | None:
    number = text_of(row.get("id"))
    text = text_of(row.get("orig")) or text_of(row.get("text"))
    above = _kept(number, text, text_of(row.get("pid")), notes)
    if above is None:
        return None
    person = row["user"] if isinstance(row.get("user"), dict) else {}
    where = row["locator"] if isinstance(row.get("locator"), dict) else {}
    comment = make(
        text,
        author=text_of(person.get("name")),
        permalink=text_of(where.get("url")),
        parent=above,
        written_at=read_time(text_of(row.get("time"))),
    )
    if row.get("delete") is True:
        said = _none("delete")
    elif text_of(person.get("id")) in blocked:
        said = _none("author blocked")
    else:
        said = _ham("not deleted", "own author" if person.get("admin") is True else "")
    return Past(source_id=number, comment=comment, **said)


def read_commento(source: Source) -> Iterator[Past]:
    """The comments of a Commento export; its people stand behind them, so it is read twice."""
    source.notes.say("Commento holds no addresses and no user agents; what is flagged is not sure.")
    if source.first_byte() != b"{":
        raise BadFile("This is no Commento export.")
    people: dict[str, tuple[str, str, str, bool]] = {}
    for row in items_of(source, "commenters.item"):
        if len(people) >= _MOST_PEOPLE:
            raise BadFile("The file has more people than any export: refused.")
        names = (text_of(row.get(name))[:1000] for name in ("name", "email", "link"))
        name, email, link = names
        number = text_of(row.get("commenterHex"))[:100]
        people[number] = (name, email, link, row.get("isModerator") is True)
    for row in items_of(source, "comments.item"):
        past = _commento(row, people, source.notes)
        if past is not None:
            yield past


def _commento(
    row: dict[str, Any], people: dict[str, tuple[str, str, str, bool]], notes: Notes
) -> Past | None:
    number = text_of(row.get("commentHex"))
    text = text_of(row.get("markdown")) or text_of(row.get("html"))
    parent = text_of(row.get("parentHex"))
    above = _kept(number, text, "" if parent == "root" else parent, notes)
    if above is None:
        return None
    nobody = ("", "", "", False)
    name, email, link, is_own = people.get(text_of(row.get("commenterHex")), nobody)
    domain, path = text_of(row.get("domain")), text_of(row.get("url"))
    comment = make(
        text,
        author=name,
        author_email=email,
        author_url="" if link == "undefined" else link,
        permalink=urljoin(f"https://{domain}/", path) if domain else path,
        parent=above,
        written_at=read_time(text_of(row.get("creationDate"))),
    )
    state = text_of(row.get("state"))
    if row.get("deleted") is True:
        said = _none("deleted")
    elif state == "approved":
        said = _ham("state=approved", "own author" if is_own else "")
    elif state == "flagged":
        said = {
            "label": Label.SPAM,
            "label_source": LabelSource.MACHINE,
            "label_note": "state=flagged",
            "exclude": "another program's opinion",
        }
    else:
        said = _none(f"state={state[:20]}")
    return Past(source_id=number, comment=comment, **said)
