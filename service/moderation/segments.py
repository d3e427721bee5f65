"""Hostile text prepared for a page: cut, marked and made visible as data, never as markup.

Everything here answers with plain text in pieces; the template escapes each piece, last of all.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Final

from models.comment import Clue
from models.text import Link, host_of, look
from service.moderation.letters import folded, odd_mark, odd_name, runs, visible
from service.moderation.sayings import tell

__all__ = ["Host", "Segment", "Target", "host_mark", "link_targets", "odd_mark", "segments"]

MOST_SHOWN: Final = 100_000
# What a row may add to the page, in bytes; the style sheet shows three lines of it.
PREVIEW_BYTES: Final = 2_000
# A named character stands in an element of its own; this is about what one costs.
_ODD_BYTES: Final = 60
# Weaker clues would colour every word.
WEAK: Final = 0.3
_SHORTEST, _SHORTEST_WIDE = 3, 2
_MOST_MARKS: Final = 200
# Scripts that put no space between words: a match may stand anywhere.
_SPACELESS: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff]",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text and how to show it: "" plain, "spam", "ham" (evidence), "odd" (invisible)."""

    text: str
    kind: str = ""
    title: str = ""


def segments(
    text: str,
    clues: Iterable[Clue] = (),
    *,
    where: str = "text",
    limit: int = MOST_SHOWN,
    weakest: float = WEAK,
) -> list[Segment]:
    """*text* in pieces, with the words that the evidence names marked by what they argued for.

    Joined, the pieces are the text (at most *limit* characters) with odd characters spelled out.
    Clues that weigh less than *weakest* stay unmarked.
    """
    shown = text[:limit]
    told = [clue for clue in clues if clue.where == where and abs(clue.weight) >= weakest]
    marks = _marks(shown, told)
    pieces = list(_pieces(shown, marks))
    if len(text) > limit:
        pieces.append(Segment("…"))
    return pieces


def preview_length(text: str, most_bytes: int = PREVIEW_BYTES) -> int:
    """How many characters of *text* can be shown in about *most_bytes* of a page."""
    if len(text) <= most_bytes and text.isascii() and text.isprintable():
        return len(text)
    left = most_bytes
    for place, letter in enumerate(text):
        left -= _ODD_BYTES if odd_mark(letter) else len(letter.encode("utf-8", "replace"))
        if left < 0:
            return place
    return len(text)


_Mark = tuple[int, int, Clue]


def _pieces(text: str, marks: list[_Mark]) -> Iterator[Segment]:
    at = 0
    for start, end, shown, odd in runs(text):
        if odd:
            yield Segment(shown, "odd", odd_name(odd))
            continue
        last = start
        while at < len(marks) and marks[at][0] < end:
            mark_start, mark_end, clue = marks[at]
            first, after = max(mark_start, start), min(mark_end, end)
            if last < first:
                yield Segment(text[last:first])
            if first < after:
                kind = "spam" if clue.weight > 0 else "ham"
                yield Segment(text[first:after], kind, f"{tell(clue.name)}: {clue.weight:+.1f}")
                last = after
            if mark_end > end:
                break  # an odd character stands inside the word; the next run goes on with it
            at += 1
        if last < end:
            yield Segment(text[last:end])


def _marks(text: str, clues: list[Clue]) -> list[_Mark]:
    """Where the values of *clues* stand in *text*, strongest first, none over another."""
    if not clues:
        return []
    line, places = folded(text)
    taken: list[_Mark] = []
    for clue in sorted(clues, key=lambda clue: -abs(clue.weight)):
        for start, end in _found(line, clue.value):
            mark = (places[start], places[end - 1] + 1, clue)
            if not any(mark[0] < after and first < mark[1] for first, after, _ in taken):
                taken.append(mark)
            if len(taken) >= _MOST_MARKS:
                break
    return sorted(taken, key=lambda mark: mark[0])


def _found(line: str, value: str) -> Iterator[tuple[int, int]]:
    """Where *value*, folded, stands in *line* as words of its own."""
    needle = "".join(folded(value)[0]).strip()
    # One or two letters say nothing; two of a script that writes whole words in one do.
    if len(needle) < (_SHORTEST if needle.isascii() else _SHORTEST_WIDE):
        return
    if needle not in line:
        # Most clues stand elsewhere; making a pattern costs more than looking.
        return
    before = "" if _SPACELESS.match(needle[0]) else r"(?<!\w)"
    after = "" if _SPACELESS.match(needle[-1]) else r"(?!\w)"
    for match in re.finditer(f"{before}{re.escape(needle)}{after}", line):
        yield match.start(), match.end()


@dataclasses.dataclass(frozen=True, slots=True)
class Host:
    """Where a link truly leads; *deceives* says that its letters may be taken for others."""

    text: str
    deceives: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """One link of a comment: its host, its whole address, and the words it hides behind."""

    host: Host
    url: str
    anchor: str


def host_mark(url: str) -> str:
    """The true host of *url*, with its wire form beside it when letters could deceive."""
    return true_host(url).text


def true_host(url: str) -> Host:
    """`host_mark` of *url*, and whether its letters are others than they look like."""
    host = host_of(url)
    if not host:
        return Host(visible(url[:80]))
    try:
        wire = host.encode("idna").decode("ascii") if not host.isascii() else host
        letters = host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return Host(visible(host[:200]), deceives=True)
    if wire == letters:
        return Host(visible(wire[:250]))
    return Host(visible(f"{letters} = {wire}"[:250]), deceives=True)


def link_targets(text: str, most: int = 20) -> list[str]:
    """The hosts that links written in *text* lead to, each once, in order."""
    return [host.text for host in hosts(look(text[:MOST_SHOWN]).links)][:most]


def hosts(links: Iterable[Link]) -> list[Host]:
    """The hosts of *links*, each once, in order."""
    return list(dict.fromkeys(true_host(link.url) for link in links))


def targets(links: Iterable[Link]) -> list[Target]:
    """Every link with its whole address, each once, in order."""
    found = (
        Target(true_host(link.url), visible(link.url[:500]), visible(link.anchor[:120]))
        for link in links
    )
    return list(dict.fromkeys(found))
