"""Damaged exports: what is done to a whole one, and what then became of the import.

One seed makes the same files again, so what was found once is found again.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import random
import resource
import sqlite3
import time
from pathlib import Path

import sqlalchemy as sa

from service.errors import BadInput
from service.storage.history_tables import history_import, imported
from service.storage.store import Store
from service.workflows.import_history import import_history
from tests.builders import BLOG, NOON
from tests.conftest import SECRET

ROWS = 9
_HUGE = 3_000_000
_WXR_COMMENT = (
    "<wp:comment><wp:comment_id>{0}</wp:comment_id><wp:comment_content><![CDATA[hi {0} "
    '<a href="http://x.example/">l</a>]]></wp:comment_content><wp:comment_approved>1'
    "</wp:comment_approved><wp:comment_parent>{1}</wp:comment_parent></wp:comment>"
)
_ISSO = """
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri TEXT, title TEXT);
CREATE TABLE comments (id INTEGER PRIMARY KEY, tid, parent, created, mode, remote_addr, text,
  author, email, website);
INSERT INTO threads VALUES (1, '/p/', 'p');
"""


def wholes(folder: Path) -> dict[str, bytes]:
    """One whole file of each format; in each the first comment answers the last: a cycle."""
    numbers = range(1, ROWS + 1)
    cycle = "".join(_WXR_COMMENT.format(n, n % ROWS + 1) for n in numbers)
    wxr = (
        f'<?xml version="1.0" encoding="UTF-8"?><rss><channel><item>{cycle}</item></channel></rss>'
    )
    posts = "".join(
        f'<post dsq:id="{n}"><message>hi {n}</message><isSpam>true</isSpam>'
        f'<thread dsq:id="t"/><parent dsq:id="{n % ROWS + 1}"/></post>'
        for n in numbers
    )
    disqus = f'<disqus xmlns:dsq="x"><thread dsq:id="t"><link>l</link></thread>{posts}</disqus>'
    wp = [
        {"comment_ID": str(n), "comment_content": "hi", "comment_approved": "spam"} for n in numbers
    ]
    remark = [{"version": 1, "users": []}] + [
        {"id": str(n), "pid": str(n % ROWS + 1), "orig": "hi", "user": {"id": "u"}} for n in numbers
    ]
    commento = {
        "version": 1,
        "comments": [{"commentHex": str(n), "markdown": "hi", "state": "flagged"} for n in numbers],
        "commenters": [{"commenterHex": "a", "name": "b"}],
    }
    own = [
        {"guid": str(n), "comment": {"text": "hi"}, "label": "spam", "weight": 1} for n in numbers
    ]
    return {
        "wxr": wxr.encode(),
        "disqus": disqus.encode(),
        "isso": _isso(folder / "isso.sqlite"),
        "wp-comments": json.dumps(wp).encode(),
        "remark42": "\n".join(json.dumps(row) for row in remark).encode(),
        "commento": json.dumps(commento).encode(),
        "jsonl": "\n".join(json.dumps(row) for row in own).encode(),
    }


def _isso(place: Path) -> bytes:
    place.unlink(missing_ok=True)
    base = sqlite3.connect(place)
    base.executescript(_ISSO)
    base.executemany(
        "INSERT INTO comments VALUES (?, 1, ?, 1e9, 1, '203.0.113.9', ?, 'a', '', '')",
        [(n, n % ROWS + 1, f"hi {n}") for n in range(1, ROWS + 1)],
    )
    base.commit()
    base.close()
    return place.read_bytes()


_CHARSETS = (b"koi8-r", b"x-none", b"UTF-7")
_BOMB = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
_LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY l0 "ha">'
    + b"".join(b'<!ENTITY l%d "' % n + b"&l%d;" % (n - 1) * 10 + b'">' for n in range(1, 10))
    + b"]><rss><channel>&l9;"
)


def _flip(raw: bytes, dice: random.Random) -> bytes:
    """Some single bits turned round."""
    turned = bytearray(raw)
    for _ in range(dice.randint(1, 20)):
        if turned:
            turned[dice.randrange(len(turned))] ^= 1 << dice.randrange(8)
    return bytes(turned)


def damage(raw: bytes, dice: random.Random) -> bytes:
    """*raw* with one to three kinds of damage."""
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(max(1, len(raw)))
        raw = dice.choice(
            [
                lambda raw=raw, at=at: raw[:at],
                lambda raw=raw, at=at: raw[:at] + _BOMB + raw[at:],
                lambda raw=raw: _BOMB + raw,
                lambda raw=raw: _LAUGHS + raw,
                lambda raw=raw: raw.decode("utf-8", "replace").encode("utf-16"),
                lambda raw=raw: raw.decode("utf-8", "replace").encode("cp037", "replace"),
                lambda raw=raw: raw.replace(b"UTF-8", dice.choice(_CHARSETS)),
                lambda raw=raw, at=at: raw[:at] + dice.randbytes(8) + raw[at + 8 :],
                lambda raw=raw: _flip(raw, dice),
                lambda raw=raw, at=at: raw[:at] + raw[at // 2 :],
                lambda raw=raw, at=at: raw[:at] + b"<a>" * 300 + raw[at:],
                lambda raw=raw, at=at: raw[:at] + b'{"a":' * 300 + raw[at:],
                lambda raw=raw, at=at: raw[:at] + b"[" * 3000 + raw[at:],
                lambda raw=raw, at=at: raw[:at] + b"\0\x0b\x1b" + raw[at:],
                lambda raw=raw, at=at: raw[:at] + b"\\ud800" + raw[at:],
                lambda raw=raw: raw.replace(b"hi", b"9" * 5000),
                # Once only: three fields of this size a file are enough to see memory grow.
                lambda raw=raw: raw.replace(b"hi", b"h" * _HUGE, 1),
                lambda raw=raw: raw.replace(b'"', b""),
                lambda raw=raw: gzip.compress(raw, 1),
                lambda raw=raw: gzip.compress(raw, 1)[:-9],
            ]
        )()
    return raw


@dataclasses.dataclass(slots=True)
class Told:
    """What became of damaged files; *crashed* and *partial* name the file by its number."""

    refused: int = 0
    taken: int = 0
    skipped: int = 0
    crashed: list[str] = dataclasses.field(default_factory=list)
    partial: list[str] = dataclasses.field(default_factory=list)
    sentences: set[str] = dataclasses.field(default_factory=set)
    grown_mib: float = 0.0
    slowest_s: float = 0.0


def peak_mib() -> float:
    """The most memory this program has ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _state(store: Store) -> tuple[int, int, int]:
    """How many imports and rows there are, and imports that were begun and never ended."""
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(imported)).scalar_one()
        imports, ended = connection.execute(
            sa.select(sa.func.count(), sa.func.count(history_import.c.finished_at))
        ).one()
    return imports, rows, imports - ended


def import_damaged(store: Store, folder: Path, times: int, seed: int) -> Told:
    """Import *times* damaged files of all formats, one after another, into one site."""
    dice, told = random.Random(seed), Told()
    files, place = wholes(folder), folder / "damaged"
    own = {"data_dir": folder, "secret": SECRET, "now": NOON}
    for name, raw in files.items():
        place.write_bytes(raw)
        brought = import_history(place, name, BLOG, store=store, **own)
        assert sum(brought.tally.values()) == ROWS, (name, brought.tally)
    peak = peak_mib()
    for number in range(times):
        name = dice.choice(sorted(files))
        place.write_bytes(damage(files[name], dice))
        before, started = _state(store), time.perf_counter()
        expected = before
        try:
            brought = import_history(place, name, BLOG, store=store, **own)
        except BadInput as error:
            told.refused += 1
            told.sentences.add(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            told.crashed.append(f"{number} {name}: {type(error).__name__}: {str(error)[:100]}")
        else:
            told.taken += 1
            told.skipped += sum(brought.skipped.values())
            assert sum(brought.written.values()) == sum(brought.tally.values())
            begun = brought.import_id is not None
            expected = (before[0] + begun, before[1] + brought.written.get("new", 0), 0)
        told.slowest_s = max(told.slowest_s, time.perf_counter() - started)
        if _state(store) != expected:
            told.partial.append(f"{number} {name}")
    told.grown_mib = peak_mib() - peak
    return told
