"""Protocol F: a campaign met once and called spam; how much of the rest is known again.

A campaign is a near-duplicate group of spam with five members or more, over all corpora, in the
order of time. One Decision is made, on the first. The rest counts as caught when the Site's layer
answers spam although the shared model gives what it gave, unseen, to this campaign.
"""

from __future__ import annotations

import collections
import dataclasses
import gzip
import json
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.comment import Comment, Record
from models.history import Memory, Traits, traits
from models.site_layer import history_clues
from models.text import fold
from training.corpora import read_row, table

_FEWEST: Final = 5
_SHORT: Final = 160
_MOST_SHORT: Final = 5000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """*known*: members whose text, author or link is known again; *spam*: those answered spam.

    *merged*: short good comments whose text was taken for that of any campaign (of *short*);
    *alike*: those whose text was taken for that of another good comment.
    """

    corpus: str
    campaigns: int
    members: int
    known: int
    spam: int
    short: int
    merged: int
    alike: int


def campaigns(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each campaign in *folder*, first seen first, by corpus and group (slow I/O)."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for corpus in table(folder):
        for row in _rows(folder / f"{corpus.name}.jsonl.gz"):
            if row["label"] == "spam" and row["near_dup"]:
                groups.setdefault(f"{corpus.name}:{row['near_dup']}", []).append(row)
    return {
        name: sorted(rows, key=lambda row: (row.get("created_at") or "", row["id"]))
        for name, rows in sorted(groups.items())
        if len(rows) >= _FEWEST
    }


def short_ham(folder: Path) -> list[Comment]:
    """Up to 5 000 short good comments, all different, the same in every run (slow I/O)."""
    found: dict[str, Comment] = {}
    for corpus in table(folder):
        if corpus.name.startswith("ham_"):
            for row in _rows(folder / f"{corpus.name}.jsonl.gz"):
                if len(row["text"]) < _SHORT:
                    found.setdefault(fold(row["text"]), read_row(row))
    kept = [found[text] for text in sorted(found)]
    random.Random(0).shuffle(kept)  # noqa: S311 - a draw, not a secret
    return kept[:_MOST_SHORT]


def measure_campaigns(
    folder: Path, logits: dict[str, float], spam_from: float
) -> Iterator[CampaignRow]:
    """Protocol F by corpus, then over all (heavy CPU, about a minute).

    *logits*: what a model blind to it gave to each campaign, by name (one it did not score counts
    as waved through); *spam_from*: the cutoff.
    """
    wanted = math.log(spam_from / (1 - spam_from))
    found: dict[str, list[int]] = {}
    memory = Memory()
    for name, rows in campaigns(folder).items():
        first, *rest = [traits(read_row(row)) for row in rows]
        memory.learn(first, Record(spam=1.0))
        counts = _one(first, rest, logits.get(name, 0.0), wanted)
        for key in (name.split(":")[0], "all"):
            found[key] = [a + b for a, b in zip(found.get(key, [0] * 4), counts, strict=True)]
    ham = [traits(comment) for comment in short_ham(folder)]
    merged = sum(bool(memory.recall(one).text.spam) for one in ham)
    alike = _alike(ham)
    for key, (number, members, known, spam) in sorted(found.items()):
        yield CampaignRow(
            corpus=key,
            campaigns=number,
            members=members,
            known=known,
            spam=spam,
            short=len(ham),
            merged=merged,
            alike=alike,
        )


def _one(first: Traits, rest: Sequence[Traits], logit: float, wanted: float) -> list[int]:
    memory = Memory()
    memory.learn(first, Record(spam=1.0))
    weights = [math.fsum(clue.weight for clue in history_clues(memory.recall(one))) for one in rest]
    known = sum(weight > 1.0 for weight in weights)
    return [1, len(rest), known, sum(logit + weight >= wanted for weight in weights)]


def _alike(ham: Sequence[Traits]) -> int:
    memory, count = Memory(), 0
    for one in ham:
        count += bool(memory.recall(one).text.ham)
        memory.learn(one, Record(ham=1.0))
    return count


def campaign_logits(
    names: Sequence[str], groups: Sequence[str], logits: Sequence[float]
) -> dict[str, float]:
    """The mean logit of each campaign from Examples' corpora, near-duplicate groups and logits."""
    sums: dict[str, list[float]] = collections.defaultdict(list)
    for corpus, group, logit in zip(names, groups, logits, strict=True):
        if group:
            sums[f"{corpus}:{group}"].append(float(logit))
    return {name: float(np.mean(values)) for name, values in sums.items()}


def _rows(place: Path) -> Iterator[dict[str, Any]]:
    if place.exists():
        with gzip.open(place, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)
