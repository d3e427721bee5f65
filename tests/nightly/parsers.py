"""S: no pattern of ours, and no road a comment takes, is slow on text made to be slow."""

from __future__ import annotations

import collections
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterator

import models
import service
from models.families.view import MOST_READ
from models.phrases import SHORT, Phrases
from tests.nightly.board import Figure, Night, by_tests, fact
from tests.nightly.unguarded import ANY_EXPRESSION

# What a pattern may chew on without end: runs, near-misses, and what ends just otherwise.
PUMPS = (
    *(" ", "\t", "\n", "a", "A", "1", "-", "_", ".", "@", "/", "<", "[", "&", "%", "\\", "'", '"'),
    *("a ", " a", "a.", "a@", "@a", "a@a.", "a-", "1-", "1 ", "(1) ", "http://", "www.", "x://"),
    *("<a ", "<a href=", "</a", "<b>", "[url=", "[url=]", "{a}", "s:1:", "a='", "+1 ", "é", "aé"),
    *("a\u0301", "a\u200b", "\u0430a", "\ufdfa", "&#x", "%41", "!?", "a_", "A'a ", "style=a:b;"),
)
TAILS = ("", "!", "\0", "@", "a", " ", "\n", ">")
SIZE = 32_000
MOST_S = 0.02
# Whoever has the core just then is not the pattern's: the best of so many looks counts.
LOOKS = 3


# Asked only whether the whole of a short text is one: the text has an end long before they tire.
WHOLE_AND_SHORT = {
    "service.domain.address._PSEUDONYM": 1000,
    "service.domain.entry._DOMAIN": 255,
    "service.domain.moderator._EMAIL": 255,
    "service.moderation.counted._RECORD": 1000,
    "service.moderation.sayings._TEMPLATES": 1000,
}


# Looked for in so much of a text at most, whatever its length.
SEARCHED_TO = {"models.lexicon.OFFERS": MOST_READ}


def patterns() -> Iterator[tuple[str, re.Pattern[str], int]]:
    """Every pattern of Python's own engine that a module keeps: where, and how much it reads."""
    for package in (models, service):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name or found.name.endswith("__main__"):
                continue
            for name, value in vars(importlib.import_module(found.name)).items():
                for one in value if isinstance(value, (tuple, list)) else (value,):
                    parts = one if isinstance(one, tuple) else (one,)
                    for part in parts:
                        place = f"{found.name}.{name}"
                        if isinstance(part, re.Pattern):
                            yield place, part, SEARCHED_TO.get(place, SIZE)
                        elif isinstance(part, Phrases):
                            yield place, part.short, SHORT


def took(pattern: re.Pattern[str], text: str, *, is_whole: bool = False) -> float:
    """Seconds of CPU to look at all of *text*; at most ten times what is allowed."""

    def stop(*_: object) -> None:
        raise TimeoutError

    raw: str | bytes = text.encode() if isinstance(pattern.pattern, bytes) else text
    before = signal.signal(signal.SIGVTALRM, stop)
    started = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, 10 * MOST_S)
        if is_whole:
            pattern.fullmatch(raw)
        else:
            collections.deque(pattern.finditer(raw), maxlen=0)
    except TimeoutError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - started


def slow(
    pattern: re.Pattern[str], pumps: tuple[str, ...], size: int = SIZE, most: int = 0
) -> tuple[float, str]:
    """The worst of all pumps and tails: seconds, and which. *most*: whole texts of this size."""
    worst = (0.0, "")
    for pump in pumps:
        for tail in TAILS:
            text = (pump * (size // len(pump) + 1))[: most or size] + tail
            seconds = took(pattern, text, is_whole=bool(most))
            for _ in range(LOOKS - 1):
                if seconds > MOST_S:
                    seconds = min(seconds, took(pattern, text, is_whole=bool(most)))
            worst = max(worst, (seconds, f"{pump!r}…{tail!r}"))
            if worst[0] > MOST_S:
                return worst
    return worst


def _quadratic(night: Night) -> Figure:
    """The twin: a pattern known to be quadratic is found."""
    seconds, pump = slow(re.compile(r"\s+x$"), PUMPS)
    return Figure(f"`\\s+x$` {seconds:.1f} s on {pump}", seconds < MOST_S)


@fact(
    "S-09",
    "no pattern of ours is slow",
    how=f"every pattern x {len(PUMPS) * len(TAILS)} texts of 32 kB, or all that it ever reads",
    target=f"< {MOST_S * 1000:g} ms CPU each",
    twin=_quadratic,
)
def _patterns(night: Night) -> Figure:
    pumps = tuple(night.random.sample(PUMPS, night.count(len(PUMPS), least=4)))
    found = dict.fromkeys(patterns())
    bad = {}
    worst = 0.0
    for place, pattern, size in found:
        seconds, pump = slow(pattern, pumps, size, WHOLE_AND_SHORT.get(place, 0))
        worst = max(worst, seconds)
        if seconds > MOST_S:
            bad[place] = pump
            print(f"  {place} {seconds:.1f} s on {pump}: {pattern.pattern!r}"[:200], flush=True)
    return Figure(f"{len(found)} patterns, worst {worst * 1000:.0f} ms, {len(bad)} slow", not bad)


by_tests(
    "S-10",
    "hostile markup and people's patterns take linear time, and any text can be looked at",
    "tests/properties/test_text.py",
    "tests/properties/test_models.py",
    "tests/unit/service/domain/test_matcher.py",
    off=ANY_EXPRESSION,
    shown_by="tests/unit/service/domain/test_matcher.py",
)
