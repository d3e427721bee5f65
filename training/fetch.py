"""Bring corpora to a folder: from a mirror of our own format, or from their original addresses."""

from __future__ import annotations

import collections
import dataclasses
import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from models.history import Sketch, same_text, sketch
from models.synced import write_synced
from models.text import fold
from training.corpora import CORPORA, TABLE, Corpus
from training.download import Watch, download
from training.errors import CorpusChanged, CorpusMissing
from training.originals import ORIGINALS, UNREACHABLE, Original, Row

# Places of a sketch that must agree for two texts to be compared at all: 32 bands of 4.
_BAND: Final = 4
_SEEN: Final[Callable[[str], Watch]] = lambda _url: lambda _done, _total: None  # noqa: E731 - nobody is watching


def fetch_mirror(
    mirror: str,
    folder: Path,
    corpora: Sequence[Corpus] = CORPORA,
    seen: Callable[[str], Watch] = _SEEN,
) -> list[str]:
    """Bring each of *corpora* from `*mirror*/<name>.jsonl.gz`, verified by the table's sha256.

    Answers with the names. Raises CorpusMissing, CorpusChanged.
    """
    for corpus in corpora:
        url = f"{mirror.rstrip('/')}/{corpus.name}.jsonl.gz"
        download(url, folder / f"{corpus.name}.jsonl.gz", sha256=corpus.sha256, watch=seen(url))
    return [corpus.name for corpus in corpora]


def fetch_table(mirror: str, folder: Path, seen: Callable[[str], Watch] = _SEEN) -> list[Corpus]:
    """The table of corpora that a mirror describes itself (`corpora.json`); it is kept beside them.

    Raises CorpusMissing when there is none, CorpusChanged when it can't be read.
    """
    place = folder / TABLE
    place.unlink(missing_ok=True)
    url = f"{mirror.rstrip('/')}/{TABLE}"
    download(url, place, watch=seen(url))
    try:
        return [Corpus(**row) for row in json.loads(place.read_text(encoding="utf-8"))]
    except (ValueError, TypeError) as error:
        raise CorpusChanged(f"{url} is no table of corpora ({type(error).__name__})") from None


def fetch_original(
    corpus: Corpus,
    folder: Path,
    *,
    original: Original | None = None,
    urls: Sequence[str] = (),
    seen: Callable[[str], Watch] = _SEEN,
) -> Corpus:
    """Bring *corpus* from its repository, turn it into our rows, and note its sha256 in the table.

    The first run notes what it found (`originals` beside the rows), later ones hold to it. Raises
    CorpusMissing when no plain address is known, CorpusChanged when the files hold other rows than
    were counted, or other bytes than before.
    """
    original = original or ORIGINALS.get(corpus.name)
    if original is None:
        why = UNREACHABLE.get(corpus.name, "no address is known")
        raise CorpusMissing(f"corpus {corpus.name} cannot be fetched: {why}")
    kept = folder / "originals" / corpus.name
    rows: list[Row] = []
    for url, path in zip(urls or original.urls(), original.paths, strict=True):
        place = kept / path.replace("/", "_")
        note = place.with_name(place.name + ".sha256")
        known = note.read_text("ascii").strip() if note.exists() else ""
        found = download(url, place, sha256=known, watch=seen(url))
        note.write_text(found + "\n", "ascii")
        rows += original.reader(path, place.read_bytes())
    _count(corpus.name, rows, original)
    raw = write_rows(rows, corpus.name)
    write_synced(folder / f"{corpus.name}.jsonl.gz", raw)
    made = dataclasses.replace(corpus, sha256=hashlib.sha256(raw).hexdigest())
    add_to_table(folder, made)
    return made


def _count(name: str, rows: Iterable[Row], original: Original) -> None:
    counts = collections.Counter(row["label"] for row in rows)
    found = counts["spam"], counts["ham"]
    if found != original.rows:
        raise CorpusChanged(
            f"corpus {name} holds {found[0]} spam and {found[1]} ham, not "
            f"{original.rows[0]} and {original.rows[1]}"
        )


def write_rows(rows: Sequence[Row], name: str) -> bytes:
    """*rows* in our format, compressed; the same rows give the same bytes.

    Exact repeats are marked (`dup_of`), near-duplicates get a common `near_dup`.
    """
    first: dict[str, str] = {}
    marked: list[dict[str, Any]] = []
    for row, group in zip(rows, _groups(rows), strict=True):
        own = f"{name}:{row['id']}"
        text = " ".join(row["text"].lower().split())
        repeats = first.setdefault(text, own) if text else own
        marked.append(
            {"source": name, **row, "id": own}
            | {
                "dup_of": None if repeats == own else repeats,
                "near_dup": group and f"{name}-{group}",
            }
        )
    lines = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in marked)
    return gzip.compress(lines.encode("utf-8", "replace"), mtime=0)


def _groups(rows: Sequence[Row]) -> list[str]:
    """The near-duplicate group of each row, "" for one that stands alone."""
    sketches = [sketch(fold(row["text"])) for row in rows]
    leader = list(range(len(rows)))

    def find(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    bands: dict[tuple[int, bytes], int] = {}
    for at, one in enumerate(sketches):
        for key in _bands(one):
            met = bands.setdefault(key, at)
            if find(met) != find(at) and same_text(sketches[met], one):
                leader[find(at)] = find(met)
    sizes = collections.Counter(find(at) for at in range(len(rows)))
    return [str(find(at)) if sizes[find(at)] > 1 else "" for at in range(len(rows))]


def _bands(one: Sketch | None) -> list[tuple[int, bytes]]:
    if one is None:
        return []
    starts = range(0, len(one.places), _BAND)
    return [(start, one.places[start : start + _BAND].tobytes()) for start in starts]


def add_to_table(folder: Path, corpus: Corpus) -> None:
    """Note *corpus* in the folder's own table, in place of one of the same name."""
    place = folder / TABLE
    rows = json.loads(place.read_text(encoding="utf-8")) if place.exists() else []
    kept = [row for row in rows if row["name"] != corpus.name] + [dataclasses.asdict(corpus)]
    text = json.dumps(sorted(kept, key=lambda row: str(row["name"])), indent=1) + "\n"
    write_synced(place, text.encode())
