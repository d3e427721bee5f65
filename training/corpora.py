"""The table of corpora and the reader of their common format. No row is ever committed."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from models.comment import Comment, Label
from training.errors import CorpusChanged, CorpusMissing
from training.example import Example

# A folder may describe its corpora itself: written by `chaffinch-train fetch`, or by hand.
TABLE: Final = "corpora.json"
# At most this many of one near-duplicate group; the rest repeat what these say.
_MOST_TWINS: Final = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A named, fixed set of Examples.

    *licence* is the owner's word; *grade* A may feed shipped weights freely, B states no licence
    (weights may ship when they prove better and hold no text), C may not. *most* caps how many
    rows enter. *unit* is the row field that must not be split, *weight* what each Example counts.
    Not *is_clean*: spam is known to be left among its good comments.
    """

    name: str
    origin: str
    licence: str
    grade: str
    sha256: str
    most: int | None = None
    unit: str = "group"
    weight: float = 1.0
    is_clean: bool = True


CORPORA: Final = (
    Corpus(
        name="wp_multi",
        origin="13 WordPress database dumps in public repositories (midonet-blog and others)",
        licence="unstated",
        grade="B",
        sha256="5ed571939ed477e9f683f956ee6f961937a28decab72e322a9a4e32f3bc2de49",
        unit="source",
    ),
    Corpus(
        name="wp_sidtuli_2017",
        origin="sidtuli/spam-analysis",
        licence="WTFPL",
        grade="A",
        sha256="40501d4b2dbbc8386842461a5c5fde96ae472bd86d1174568f20298e9b8d2c7f",
        most=1500,
    ),
    Corpus(
        name="wp_btovar_2015",
        origin="TATABOX42/know_your_spammers",
        licence="unstated",
        grade="B",
        sha256="b82cff6749ec0bc37d131573f929f3dbb622c67040e88aadb5dd0ff3c7ee1325",
    ),
    Corpus(
        name="wp_trackback_silver",
        origin="three WordPress database dumps in public repositories",
        licence="unstated",
        grade="B",
        sha256="f8658f328fb0366cef326d3b7c50dfffc0904e4e4245b714c52643f12a8025c0",
        most=500,
        unit="source",
    ),
    Corpus(
        name="ham_wals",
        origin="cldf-datasets/wals",
        licence="CC-BY-4.0",
        grade="A",
        sha256="24b3f929708322702a102b3b57a4bce38d1c8e08a8dbefddb47ce4f373fcbb6f",
        unit="source",
    ),
    Corpus(
        name="ham_mademistakes",
        origin="mmistakes/made-mistakes-jekyll",
        licence="MIT",
        grade="A",
        sha256="6519c1cded7c22568980abceb3270073af911a00052ee6be0b042c7b93b75b63",
        unit="source",
    ),
    Corpus(
        name="ham_rarous_cs",
        origin="rarous/blog",
        licence="unstated",
        grade="B",
        sha256="c6b62e7296e6edfa8410895edb54eaa12eb7e0681db720de21290978ba11a478",
        unit="source",
    ),
    Corpus(
        name="ham_tanglei_zh",
        origin="tl3shi/disqus-migrate-to-duoshuo",
        licence="unstated",
        grade="B",
        sha256="28148b8ad90565bb6cbeef6c3292d4d8a640609b578cdfca5d3a5f2ceb8eba6a",
        most=1500,
        unit="source",
    ),
    Corpus(
        name="ham_haacked",
        origin="haacked/haacked.com",
        licence="unstated",
        grade="B",
        sha256="ff4bd4220163c6da22c2c425b859eb9d745eed5b4f06ef067161f4d2dec51ecc",
        most=3000,
        is_clean=False,
        unit="source",
    ),
    Corpus(
        name="ham_civil_toxic",
        origin="ipavlopoulos/toxic_spans (Civil Comments)",
        licence="CC0-1.0",
        grade="A",
        sha256="92986c147f438358b2a302716bc2a6fd51b291f022c812dc88d30ba9e7c5f6a7",
        most=2000,
    ),
    Corpus(
        name="yt_tubespam",
        origin="UCI YouTube Spam Collection (Alberto, Lochter, Almeida 2015)",
        licence="CC-BY-4.0 as far as known, not verified",
        grade="B",
        sha256="fa5df535a32ce19227641126474d20e3397497a85219f6687381dc2dd3a80e5d",
        weight=3.0,
    ),
    Corpus(
        name="yt_early2014",
        origin="tuliocasagrande/youtube-spam-experiment",
        licence="unstated",
        grade="B",
        sha256="3691afaa841ef1a72165366f10d42cdb1f7bb6a9cdc064debc07a508c3229b96",
        weight=3.0,
    ),
    Corpus(
        name="yt_5000_2022",
        origin="toreyes0/YouTube-Comment-Spam-Detector",
        licence="unstated",
        grade="B",
        sha256="5f2dc6abf7036fbeb82f25ac064acaf646f9b3fdf731a01befa98ccf27d3dd3e",
        most=3000,
        is_clean=False,
    ),
    Corpus(
        name="id_judol_yt",
        origin="Ikryz7/skripsi-xai-judi-online",
        licence="unstated",
        grade="B",
        sha256="b54a5f87403f690565b544f5aa2c3a224c59b9e1ed9299eda2c7098af3a165ba",
        most=4000,
        is_clean=False,
    ),
    Corpus(
        name="tg_spam_ru",
        origin="umputun/tg-spam",
        licence="MIT",
        grade="A",
        sha256="36e30bb380fa2b7d0bff52a5843b99858a7fafc911ef6e9da890ea36d0e84ec8",
    ),
)


def load(
    folder: Path, *, grades: str = "AB", seed: int = 0, seen: Callable[[str], None] = lambda _: None
) -> list[Example]:
    """The Examples of every corpus of these *grades* in *folder*, in a fixed order (slow I/O).

    Exact repeats are left out, near-duplicates kept to three of a group, big corpora cut to their
    cap by a draw that *seed* fixes. Raises CorpusMissing, CorpusChanged.
    """
    examples: list[Example] = []
    for corpus in table(folder):
        if corpus.grade in grades:
            examples += _load_one(corpus, folder, seed)
            seen(corpus.name)
    return examples


def table(folder: Path) -> tuple[Corpus, ...]:
    """What *folder* should hold: its own table and those of ours that are there, or all of ours.

    Raises CorpusChanged when its table can't be read.
    """
    place = folder / TABLE
    if not place.exists():
        return CORPORA
    try:
        own = {row["name"]: Corpus(**row) for row in json.loads(place.read_text("utf-8"))}
    except (ValueError, TypeError, KeyError) as error:
        raise CorpusChanged(f"{place} cannot be read ({type(error).__name__})") from None
    ours = [c for c in CORPORA if c.name not in own and (folder / f"{c.name}.jsonl.gz").exists()]
    return (*ours, *own.values())


def _load_one(corpus: Corpus, folder: Path, seed: int) -> list[Example]:
    place = folder / f"{corpus.name}.jsonl.gz"
    try:
        raw = place.read_bytes()
    except OSError:
        raise CorpusMissing(f"corpus {corpus.name} is not in {folder}") from None
    if hashlib.sha256(raw).hexdigest() != corpus.sha256:
        raise CorpusChanged(f"corpus {corpus.name} is not the file we know: its sha256 differs")
    rows = [json.loads(line) for line in gzip.decompress(raw).splitlines()]
    rows = [row for row in rows if not row["dup_of"]]
    random.Random(f"{seed}:{corpus.name}").shuffle(rows)  # noqa: S311 - a draw, not a secret
    twins: collections.Counter[str] = collections.Counter()
    kept = []
    for row in rows:
        if row["near_dup"]:
            twins[row["near_dup"]] += 1
            if twins[row["near_dup"]] > _MOST_TWINS:
                continue
        kept.append(_example(row, corpus))
    return kept[: corpus.most]


def _example(row: dict[str, Any], corpus: Corpus) -> Example:
    return Example(
        comment=read_row(row),
        label=Label(row["label"]),
        corpus=corpus.name,
        unit=_unit(row, corpus),
        twins=row["near_dup"] or "",
        weight=corpus.weight,
        is_clean=corpus.is_clean,
    )


def _unit(row: dict[str, Any], corpus: Corpus) -> str:
    # Two YouTube collections share videos: a video is one unit whichever corpus names it.
    found = row.get(corpus.unit)
    if found and "youtube.com/" in str(row.get("permalink")):
        return f"video:{found}"
    return f"{corpus.name}:{found or row['id']}"


_SHAPE: Final = re.compile(r"([ad])(\d+)|([._+-])")


def _email(row: dict[str, Any]) -> str:
    """An address built like the commenter's own ("a5d2" -> "aaaaa00@..."): digests say nothing."""
    domain = str(row.get("author_email") or "").rpartition("@")[2]
    shape = _SHAPE.findall(str(row.get("author_email_shape") or ""))
    local = "".join("a0"[kind == "d"] * int(count) if kind else mark for kind, count, mark in shape)
    return f"{local}@{domain}" if domain else ""


def read_row(row: dict[str, Any]) -> Comment:
    """The Comment in one corpus row; whatever the row lacks is not known."""

    def text(name: str) -> str:
        return str(row.get(name) or "")

    return Comment(
        text=text("text"),
        author=text("author"),
        author_url=text("author_url"),
        author_email=_email(row),
        user_ip=text("user_ip"),
        user_agent=text("user_agent"),
        permalink=text("permalink"),
        comment_type=text("comment_type") or "comment",
        written_at=_time(text("created_at")),
    )


def _time(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def hashes(grades: str, folder: Path | None = None) -> dict[str, str]:
    """What a model fitted on these *grades* of *folder* has eaten: corpus name -> sha256."""
    known = table(folder) if folder else CORPORA
    return {corpus.name: corpus.sha256 for corpus in known if corpus.grade in grades}
