"""What every format needs: a Comment within the wire's bounds, times in UTC, networks."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from models.comment import Comment
from models.text import look

_SHORT: Final = 1000
_ADDRESS: Final = 2000
# A letter or digit outside of any tag or entity, and what could keep it from being seen.
_WORDS: Final = re.compile(r"\A(?:\s|<[^<>]{0,2000}>)*[^\W_]")
_MAY_HIDE: Final = re.compile(
    r"style|hidden|<\s*(?:script|template|noscript|head|!)", re.IGNORECASE
)


def make(text: str, **fields: Any) -> Comment:  # noqa: ANN401 - fields of Comment
    """A Comment as a check of it would have arrived: text with its markup, the rest cut short."""
    for name, value in fields.items():
        if isinstance(value, str):
            most = _ADDRESS if name in {"author_url", "permalink", "referrer"} else _SHORT
            fields[name] = value.strip()[:most]
    return Comment(text=text.strip(), **fields)


def is_empty(text: str) -> bool:
    """Whether a reader sees nothing in *text* (heavy CPU only where that is not plain to see)."""
    if _WORDS.search(text) and not _MAY_HIDE.search(text):
        return False
    seen = look(text)
    return not seen.text.strip() and not seen.links


def read_time(text: str) -> dt.datetime | None:
    """A time in UTC; what names no zone is UTC already in every format here. None for no time."""
    try:
        moment = dt.datetime.fromisoformat(text.strip()[:40])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def read_epoch(seconds: object) -> dt.datetime | None:
    """Seconds since 1970 in UTC, or None."""
    try:
        return dt.datetime.fromtimestamp(float(str(seconds)), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def text_of(value: object) -> str:
    """*value* when it is text or a number, without lone surrogates; else ""."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""
