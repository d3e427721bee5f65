"""One comment in two spellings: read in another charset, or robbed of what was not UTF-8.

A blog checks the bytes that a visitor sent and reports what its database made of them: WordPress
drops bytes that are no UTF-8, others put a question mark there, or read them in another charset.
"""

from __future__ import annotations

import re
from typing import Final

from models.comment import Comment
from models.text import look

# Charsets whose decoders are total and cheap; UTF-7 and UTF-16 smuggle text past other readers.
SAFE_CHARSETS: Final = frozenset(
    {
        "ascii",
        "big5",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "cp874",
        "euc_jp",
        "euc_kr",
        "gb18030",
        "gb2312",
        "gbk",
        "iso2022_jp",
        "iso8859-1",
        "iso8859-15",
        "iso8859-2",
        "iso8859-5",
        "iso8859-7",
        "iso8859-8",
        "iso8859-9",
        "koi8-r",
        "koi8-u",
        "shift_jis",
        "utf-8",
    },
)
_LOST: Final = "\N{REPLACEMENT CHARACTER}"
# With fewer letters left, an e-mail and a page must say as well that it is the same comment.
_LEAST_LETTERS: Final = 12
_SPACES: Final = re.compile(r"[ \t\r\n]+")
_NO_LETTERS: Final = re.compile(r"[\W_]+", re.ASCII)


def is_garbled(one: Comment, other: Comment) -> bool:
    """Whether both may be one comment of which a charset made two (heavy CPU: some 100 us).

    Never of two texts that say different things in whole letters.
    """
    if one.author_email and other.author_email and _lower(one) != _lower(other):
        return False
    if one.text.isascii() and other.text.isascii():
        return False
    texts = _seen(one.text), _seen(other.text)
    authors = _seen(one.author), _seen(other.author)
    if authors[0] != authors[1] and not _are_one(*authors):
        return False
    if _bytes_of(texts[0]) & _bytes_of(texts[1]):
        return True
    if not _are_one(*texts):
        return False
    where = one.permalink and one.permalink == other.permalink
    is_named = bool(where and one.author_email and _lower(one) == _lower(other))
    return is_named or len(_NO_LETTERS.sub("", _left(texts[0]))) >= _LEAST_LETTERS


def _lower(comment: Comment) -> str:
    return comment.author_email.strip().lower()


def _seen(text: str) -> str:
    # A no-break space may be half a letter in another charset: only plain ones are trimmed.
    return _SPACES.sub(" ", look(text).text.replace("\\", "")).strip()


def _are_one(one: str, other: str) -> bool:
    """Whether their bytes are the same, or one lost what the other has beside ASCII."""
    if _bytes_of(one) & _bytes_of(other):
        return True
    has_lost = one.replace(_LOST, "").isascii() or other.replace(_LOST, "").isascii()
    return has_lost and _left(one) == _left(other)


def _left(text: str) -> str:
    """What every charset leaves of *text*."""
    plain = text.encode("ascii", "ignore").decode().replace("?", "").lower()
    return _SPACES.sub(" ", plain).strip()


def _bytes_of(text: str) -> set[bytes]:
    """What *text* may have been on the wire, when it was more than ASCII."""
    found = set()
    for charset in () if text.isascii() else ("latin-1", *SAFE_CHARSETS):
        try:
            found.add(text.encode(charset))
        except UnicodeEncodeError:
            continue
    return found
