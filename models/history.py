"""Memory: what people decided on one Site, and what of it touches a Comment.

Service and training fill `Comment.history` through the same two functions: `traits` says what a
Comment can be known again by, `Memory.recall` what was decided about Comments like it. Training
walks its Examples in the order of time (`recall`, then `learn`), so nothing leaks from the future.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.comment import Comment, History, Record
from models.text import Link, domain_of, fold_seen, host_of, look

# MinHash of 128 places: the standard error of the likeness at 0.7 is 0.04.
_PLACES: Final = 128
_GRAM: Final = 5
_MOST_TEXT: Final = 4000
# From which estimated Jaccard likeness two texts are one, by how many runs the shorter one has;
# below the first it is what everybody writes ("Thanks!"). Measured by `training.site_protocols`:
# of 5 000 short good comments none is taken for one of 344 spam campaigns.
_SAME: Final = ((20, 0.6), (28, 0.5), (50, 0.4))
# Below this many runs good people write the same by chance: such a likeness counts half.
_COMMON_GRAMS: Final = 36
# Looked for where a word begins only: from every letter anew, a long word would take minutes.
_URL: Final = re.compile(r"(?<!\S)(?=\S*?(?:://|www\.))\S+")
_DIGITS: Final = re.compile(r"\d+")
# Homes of many people's pages: there the host, not the registrable domain, is somebody's own.
_EVERYBODYS: Final = frozenset(
    "facebook.com twitter.com x.com linkedin.com instagram.com youtube.com youtu.be google.com "
    "github.com reddit.com medium.com amazon.com wikipedia.org t.me wa.me bit.ly tinyurl.com "
    "goo.gl gravatar.com flickr.com".split()
)
_DRAW: Final = np.random.default_rng(20261125)
_MULTIPLY: Final = _DRAW.integers(1, 1 << 63, _PLACES, dtype=np.uint64) | np.uint64(1)
_ADD: Final = _DRAW.integers(0, 1 << 63, _PLACES, dtype=np.uint64)
_POWERS: Final = np.uint64(0x9E3779B97F4A7C15) ** np.arange(1, _GRAM + 1, dtype=np.uint64)
Places = NDArray[np.uint32]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """The MinHash of a text (*places*, 128 numbers) and how many different runs it has."""

    places: Places
    grams: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What a Comment can be known again by; "" and None where there is nothing of the kind."""

    author: str
    name: str
    domains: tuple[str, ...]
    address: str
    sketch: Sketch | None


def traits(comment: Comment) -> Traits:
    """What *comment* can be known again by (heavy CPU: about 0.6 ms for 300 characters)."""
    seen = look(comment.text)
    name = " ".join(fold_seen(comment.author[:200]).split())
    mail = comment.author_email.strip().lower()[:200]
    link = domain_of(comment.author_url[:2000])
    own = mail or (link if link not in _EVERYBODYS else comment.author_url.strip().lower()[:200])
    return Traits(
        author=f"{name}\x1f{own}" if name and own else "",
        name=name,
        domains=_domains(comment, seen.links),
        address=_network(comment.user_ip),
        sketch=sketch(fold_seen(seen.text[:_MOST_TEXT])),
    )


def _domains(comment: Comment, links: tuple[Link, ...]) -> tuple[str, ...]:
    own = {domain_of(comment.blog), domain_of(comment.permalink)}
    found = dict.fromkeys(
        domain_of(url[:2000])
        for url in (comment.author_url, *(link.url for link in links[:20]))
        if host_of(url[:2000])
    )
    return tuple(d for d in found if d and d not in own and d not in _EVERYBODYS)


def _network(address: str) -> str:
    """The network of an address: its first three numbers (IPv4) or groups (IPv6)."""
    mark = ":" if ":" in address else "."
    parts = address.strip().lower().split(mark)
    if len(parts) <= 3 or address.startswith("127.0.0."):  # noqa: PLR2004 - no whole address
        return ""
    return mark.join(parts[:3])


def sketch(folded: str) -> Sketch | None:
    """The MinHash of a folded text's five-letter runs, links and numbers masked; None when short.

    O(length x 128), length capped.
    """
    plain = " ".join(_DIGITS.sub("0", _URL.sub("~", folded)).split())
    letters = np.frombuffer(plain.encode("utf-32-le", "replace"), dtype=np.uint32)
    if len(letters) < _GRAM + _SAME[0][0] - 1:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(letters.astype(np.uint64), _GRAM)
    grams = np.unique((windows * _POWERS).sum(axis=1, dtype=np.uint64))
    if len(grams) < _SAME[0][0]:
        return None
    hashed = grams[:, None] * _MULTIPLY + _ADD
    # The low bits of such a product are poor; the high half is well mixed.
    return Sketch((hashed >> np.uint64(32)).min(axis=0).astype(np.uint32), len(grams))


def likeness(one: Sketch, other: Sketch) -> float:
    """The estimated share of runs that two texts have in common (Jaccard)."""
    return float((one.places == other.places).mean())


def same_text(one: Sketch | None, other: Sketch | None) -> bool:
    """Whether two texts are one: alike enough for how short they are."""
    if one is None or other is None:
        return False
    return likeness(one, other) >= float(_needed(np.array([one.grams]), other.grams)[0])


def _needed(grams: NDArray[np.int64], wanted: int) -> NDArray[np.float64]:
    """The likeness that each of these texts needs to be one with a text of *wanted* runs."""
    starts = np.array([start for start, _ in _SAME])
    shares = np.array([share for _, share in _SAME])
    found: NDArray[np.float64] = shares[
        np.searchsorted(starts, np.minimum(grams, wanted), side="right") - 1
    ]
    return found


class Memory:
    """What was decided about the Comments of one Site, in the order it was decided."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, Record]] = {
            "author": {},
            "name": {},
            "domain": {},
            "address": {},
        }
        self._places: Places = np.empty((64, _PLACES), dtype=np.uint32)
        self._grams: NDArray[np.int64] = np.empty(64, dtype=np.int64)
        self._decided: list[Record] = []

    def learn(self, known: Traits, decided: Record) -> None:
        """Remember that a Comment with these traits was *decided* so (its weight in one place)."""
        keys = [("author", known.author), ("name", known.name), ("address", known.address)]
        keys += [("domain", domain) for domain in known.domains]
        for kind, key in keys:
            if key:
                table = self._kinds[kind]
                table[key] = _sum([table.get(key, Record()), decided])
        if known.sketch is not None:
            at = len(self._decided)
            if at == len(self._places):
                self._places = np.concatenate([self._places, np.empty_like(self._places)])
                self._grams = np.concatenate([self._grams, np.empty_like(self._grams)])
            self._places[at], self._grams[at] = known.sketch.places, known.sketch.grams
            self._decided.append(decided)

    def recall(self, known: Traits) -> History:
        """What was decided about Comments that share a trait (about 0.2 ms at 4 000 texts)."""
        found = [self._kinds["domain"].get(domain, Record()) for domain in known.domains]
        return History(
            author=self._kinds["author"].get(known.author, Record()),
            name=self._kinds["name"].get(known.name, Record()),
            # One bad link spoils the others; one good link does not vouch for an unknown one.
            domain=max(found, key=lambda r: (r.spam, -r.ham), default=Record()),
            address=self._kinds["address"].get(known.address, Record()),
            text=self._alike(known.sketch),
        )

    def _alike(self, wanted: Sketch | None) -> Record:
        if wanted is None or not self._decided:
            return Record()
        count = len(self._decided)
        shares = (self._places[:count] == wanted.places).mean(axis=1)
        hits = np.flatnonzero(shares >= _needed(self._grams[:count], wanted.grams))
        found = _sum([self._decided[place] for place in hits])
        if wanted.grams < _COMMON_GRAMS:
            return Record(found.ham / 2, found.spam / 2)
        return found


def _sum(records: list[Record]) -> Record:
    return Record(sum(r.ham for r in records), sum(r.spam for r in records))
