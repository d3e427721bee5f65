"""A file of labels too large for memory: what is short is kept, comments are read when wanted."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from models.comment import Comment
from models.site_labels import SiteLabel
from training.errors import CorpusMissing
from training.example import Example
from training.labels import LONG_AGO, Held, read_line, to_examples
from training.trust import Known, Scorer, trusted

# What stands for a Comment that was put away: only whether it left an address is asked later.
_BARE: Final = (Comment(), Comment(author_url="https://kept.example/"))
_SPAM, _MODERATOR, _ADDRESS = 1, 2, 4
# One standing label: the number of its Site, where its line begins, which line it is, when it was
# decided, and what it is (the three bits above). 33 bytes.
_ROW: Final = struct.Struct("<qqqdB")
_ROWS: Final = np.dtype(
    [("site", "<i8"), ("offset", "<i8"), ("number", "<i8"), ("decided", "<f8"), ("kind", "u1")]
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Examples of which only *bare* ones, without their texts, stay in memory.

    The first are *whole* ones from corpora; the others stand in *place*, at *offsets*.
    """

    bare: Sequence[Example]
    whole: Sequence[Example]
    place: Path
    offsets: NDArray[np.int64]

    def batches(self, size: int) -> Iterator[list[Example]]:
        """All Examples in order, *size* at a time (slow I/O)."""
        with self.place.open("rb") as file:
            examples = itertools.chain(self.whole, self._read(file))
            while batch := list(itertools.islice(examples, size)):
                yield batch

    def _read(self, file: Any) -> Iterator[Example]:  # noqa: ANN401 - a binary file
        for offset in self.offsets.tolist():
            file.seek(offset)
            # Its own number is not needed: when it was first read, nothing was wrong with it.
            site, label = read_line(file.readline(), 0, self.place)
            yield to_examples(site, [label])[0]


def has_more_lines(place: Path, most: int) -> bool:
    """Whether *place* has more than *most* lines (slow I/O). Raises CorpusMissing."""
    try:
        with place.open("rb") as file:
            return any(True for _ in itertools.islice(file, most, None))
    except OSError as error:
        raise CorpusMissing(f"{place} cannot be read ({type(error).__name__})") from None


def stream(
    place: Path,
    score: Scorer,
    whole: Sequence[Example] = (),
    known: Known | None = None,
    *,
    jobs: int = 1,
) -> tuple[Stream, list[Held]]:
    """The labels in *place* that may teach, after the *whole* ones, and the reports held back.

    As `labels.read_sites` and `trust.trusted` answer, but that labels of one time keep the order of
    their lines. Costs 200 bytes of memory a label, and all of one Site's where a Site reported
    (there 1 to 4 ms of CPU each). Raises CorpusMissing, TrainingError with the line's number.
    """
    sites, rows = _index(place)
    held = _held(rows, place, score, known, jobs=jobs)
    kept = np.ones(len(rows), dtype=bool)
    kept[[row for row, _ in held]] = False
    names = np.argsort(np.argsort(sites))
    order = np.lexsort((rows["number"], rows["decided"], names[rows["site"]]))
    order = order[kept[order]]
    shorts = zip(rows["site"][order].tolist(), rows["kind"][order].tolist(), strict=True)
    made = _bare_of(sites, rows)
    bare = [_bare(example) for example in whole] + [made[short] for short in shorts]
    found = Stream(bare=bare, whole=whole, place=place, offsets=rows["offset"][order])
    return found, [one for _, one in held]


def _index(place: Path) -> tuple[list[str], NDArray[Any]]:
    """The Sites, and for each Submission a row of _ROWS about its newest line (slow I/O)."""
    sites: dict[str, int] = {}
    rows: dict[bytes, bytes] = {}
    offset = 0
    try:
        with place.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    site, label = read_line(line, number, place)
                    key = f"{site}\0{label.key}".encode("utf-8", "replace")
                    rows[hashlib.blake2b(key, digest_size=16).digest()] = _ROW.pack(
                        sites.setdefault(site, len(sites)),
                        offset,
                        number,
                        label.decided_at.timestamp(),
                        _kind_of(label),
                    )
                offset += len(line)
    except OSError as error:
        raise CorpusMissing(f"{place} cannot be read ({type(error).__name__})") from None
    return list(sites), np.frombuffer(b"".join(rows.values()), _ROWS)


def _kind_of(label: SiteLabel) -> int:
    has_more = label.comment.author_url or label.comment.author_email
    kind = _SPAM if label.is_spam else 0
    kind |= _MODERATOR if label.is_moderator else 0
    return kind | (_ADDRESS if has_more else 0)


def _bare(example: Example) -> Example:
    has_more = example.comment.author_url or example.comment.author_email
    return dataclasses.replace(example, comment=_BARE[bool(has_more)])


def _bare_of(sites: Sequence[str], rows: NDArray[Any]) -> dict[tuple[int, int], Example]:
    """One Example for all labels of a Site (its number) that look alike without their texts."""
    made = {}
    for site, kind in {*zip(rows["site"].tolist(), rows["kind"].tolist(), strict=True)}:
        label = SiteLabel(
            key="",
            comment=_BARE[bool(kind & _ADDRESS)],
            is_spam=bool(kind & _SPAM),
            is_moderator=bool(kind & _MODERATOR),
            decided_at=LONG_AGO,
        )
        made[site, kind] = to_examples(sites[site], [label])[0]
    return made


def _held(
    rows: NDArray[Any],
    place: Path,
    score: Scorer,
    known: Known | None,
    *,
    jobs: int,
) -> list[tuple[int, Held]]:
    """The rows of reports that may not teach. Sites without a report are not read for it."""
    reporting = np.unique(rows["site"][(rows["kind"] & _MODERATOR) == 0])
    order = np.argsort(rows["site"], kind="stable")
    begins = np.searchsorted(rows["site"][order], reporting, side="left")
    ends = np.searchsorted(rows["site"][order], reporting, side="right")
    of_site = [order[begin:end] for begin, end in zip(begins, ends, strict=True)]

    work = Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
    found = work(
        delayed(_tried)(
            _lines(place, rows["offset"][own]),
            rows["number"][own].tolist(),
            place,
            score=score,
            known=known,
        )
        for own in of_site
    )
    return [
        (int(own[at]), one) for own, held in zip(of_site, found, strict=True) for at, one in held
    ]


def _lines(place: Path, offsets: NDArray[np.int64]) -> list[bytes]:
    found = []
    with place.open("rb") as file:
        for offset in offsets.tolist():
            file.seek(offset)
            found.append(file.readline())
    return found


def _tried(
    lines: Sequence[bytes],
    numbers: Sequence[int],
    place: Path,
    *,
    score: Scorer,
    known: Known | None,
) -> list[tuple[int, Held]]:
    """Which of one Site's *lines* are held back, by place (heavy CPU)."""
    read = [read_line(*line, place) for line in zip(lines, numbers, strict=True)]
    places = {label.key: at for at, (_, label) in enumerate(read)}
    _, held = trusted({read[0][0]: [label for _, label in read]}, score, known)
    return [(places[one.guid], one) for one in held]
