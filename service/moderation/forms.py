"""What people send from the pages, read and checked."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from service.domain.decision import Act
from service.errors import InvalidField

_ACTS: Final = {"approve": Act.APPROVE, "spam": Act.SPAM, "remove": Act.REMOVE}
# Ids and versions are small; a longer number is somebody's joke.
_MOST_DIGITS: Final = 15
_MOST_NOTE: Final = 2000
_MOST_PLACE: Final = 1500
_MOST_REASON: Final = 60
_GUID: Final = re.compile("[0-9a-f]{32}")
_MOST_GUIDS: Final = 500


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecisionForm:
    """One answer about one Submission, and the version of it the page had shown."""

    act: Act
    seen_version: int | None
    note: str
    reason: str


def read_decision(form: Mapping[str, str]) -> DecisionForm:
    """The decision in *form*. Raises InvalidField."""
    act = read_act(form.get("act", ""))
    seen_version = read_number(form.get("seen"))
    if seen_version is None:
        # Without it nobody could be told that somebody else was first.
        raise InvalidField("seen", "The form does not say which version it showed.")
    note = form.get("note", "").strip()[:_MOST_NOTE]
    reason = form.get("reason", "").strip()[:_MOST_REASON]
    return DecisionForm(act=act, seen_version=seen_version, note=note, reason=reason)


def read_number(text: str | None) -> int | None:
    """A whole number, or None for anything else."""
    if text and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return None


def read_next(text: str, default: str) -> str:
    """A place to go on to: only a path of our own pages, *default* for anything else."""
    if len(text) > _MOST_PLACE or not text.isascii() or not text.isprintable():
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    is_ours = (
        not parts.scheme
        and not parts.netloc
        and parts.path.startswith("/moderation/")
        and text.startswith("/moderation/")
        and "\\" not in text
        and ".." not in parts.path
    )
    return text if is_ours else default


def read_act(text: str) -> Act:
    """What a button asks for. Raises InvalidField."""
    act = _ACTS.get(text)
    if act is None:
        raise InvalidField("act", "Choose approve, spam or remove.")
    return act


def read_guids(texts: Iterable[str]) -> list[str]:
    """The guids among *texts*, each once, at most a page or two of them."""
    return list(dict.fromkeys(one for one in texts if _GUID.fullmatch(one)))[:_MOST_GUIDS]
