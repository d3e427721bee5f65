"""What people type into the search field, read: words, operators, and hints for what is neither."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import re
from typing import Final

from models.verdict import Verdict
from service.domain import tokens
from service.domain.address import network_of
from service.domain.decision import Outcome

_PART: Final = re.compile(r'(?:([\w-]+):)?(?:"([^"]*)"?|(\S+))')
# Nobody asks for more at once; each costs a look into the index.
_MOST_TERMS: Final = 12
_IS: Final = {
    "waiting": Outcome.UNSURE,
    "spam": Outcome.SPAM,
    "approved": Outcome.HAM,
    "passed": Outcome.HAM,
    "removed": Outcome.REMOVED,
}
OPERATORS: Final = (
    "author",
    "email",
    "domain",
    "ip",
    "site",
    "reason",
    "lang",
    "is",
    "by",
    "before",
    "after",
    "model",
)
_HINTS: Final = {
    "is": "is: takes " + ", ".join([*_IS, "discarded", "decided"]),
    "before": "before: takes a day such as 2026-01-31",
    "after": "after: takes a day such as 2026-01-31",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand one after the other; the last may go on when *is_prefix*."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to the store. Everything in it must hold.

    *hints* are pairs of what could not be read and the sentence that helps.
    """

    terms: tuple[Term, ...] = ()
    site: str = ""
    outcome: Outcome | None = None
    verdict: Verdict | None = None
    is_decided: bool | None = None
    by: str = ""
    before: dt.datetime | None = None
    after: dt.datetime | None = None
    model: str = ""
    hints: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for at all."""
        return self == Query(hints=self.hints)


def read_query(text: str) -> Query:
    """The Query in *text*. Total: what cannot be read becomes a hint, never an error."""
    found: dict[str, object] = {}
    terms: list[Term] = []
    hints: list[tuple[str, str]] = []
    for match in _PART.finditer(text[:500]):
        name, quoted, bare = match[1], match[2], match[3]
        value = quoted if quoted is not None else (bare or "")
        is_exact = quoted is not None
        if name is None and not is_exact and value.endswith(":"):
            name, value = value[:-1], ""
        if name is None or (name.lower() in {"http", "https"} and not is_exact):
            terms += _plain_terms(match[0] if name else value, is_exact=is_exact)
            continue
        hint = _operator(name.lower(), value, found, terms)
        if hint:
            hints.append((match[0], hint))
    return Query(terms=tuple(terms[:_MOST_TERMS]), hints=tuple(hints), **found)  # type: ignore[arg-type]


def _plain_terms(value: str, *, is_exact: bool) -> list[Term]:
    is_prefix = value.endswith("*")
    words = tuple(tokens.words_of(value))
    return [Term(words, is_prefix=is_prefix and not is_exact)] if words else []


def _operator(name: str, value: str, found: dict[str, object], terms: list[Term]) -> str:
    """Read one operator into *found* or *terms*; answers with a hint when it can't."""
    if name not in OPERATORS:
        near = difflib.get_close_matches(name, OPERATORS, 1)
        return f"Did you mean {near[0]}: ?" if near else "This is not an operator."
    if not value:
        return f"{name}: needs something after it."
    if name in {"author", "email", "domain", "ip", "lang", "reason"}:
        terms += _coded_terms(name, value)
        return ""
    if name in {"site", "by", "model"}:
        found[name] = value[:200]
        return ""
    return _read_is(value.lower(), found) if name == "is" else _read_day(name, value, found)


def _read_day(name: str, value: str, found: dict[str, object]) -> str:
    try:
        day = dt.datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=dt.UTC)
    except ValueError:
        return _HINTS[name]
    found[name] = day
    return ""


def _read_is(value: str, found: dict[str, object]) -> str:
    if value in _IS:
        found["outcome"] = _IS[value]
    elif value == "discarded":
        found |= {"verdict": Verdict.BLATANT, "outcome": Outcome.SPAM, "is_decided": False}
    elif value == "decided":
        found["is_decided"] = True
    else:
        return _HINTS["is"]
    return ""


def _coded_terms(name: str, value: str) -> list[Term]:
    if name == "author":
        is_prefix = value.endswith("*")
        words = tokens.author_words(value)
        return [Term((word,), is_prefix=is_prefix and word == words[-1]) for word in words]
    kinds = {
        "email": tokens.EMAIL,
        "domain": tokens.DOMAIN,
        "ip": tokens.IP,
        "lang": tokens.LANG,
        "reason": tokens.REASON,
    }
    value = value.removeprefix("@").rstrip(".") if name in {"email", "ip"} else value
    value = value.removeprefix("www.") if name == "domain" else value
    if name == "ip":
        # A whole address is kept nowhere: what came from its network is what can be found.
        value = network_of(value) or value
    return [Term((tokens.coded(kinds[name], value),))]
