"""What F-09 fuzzes: functions that read what strangers wrote, each with what it promises.

A target takes any bytes. It returns when the promise was kept, and raises whatever else happened:
an error that no docstring names, or an AssertionError. *naive* puts in the safeguard's place what
somebody might write who has not thought of it; the fuzzer must notice.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote_from_bytes, urlsplit

from models import lexicon, phrases, text
from models.comment import Comment
from models.families import links, view
from service.akismet import form, wire
from service.domain import garbled, matcher
from service.domain.entry import EntryKind, read_pattern
from service.errors import BadInput, InvalidField
from tests.hostile import HOSTILE
from tests.nightly.parsers import PUMPS
from tests.nightly.shapes import FORM, TEXTS

_CHARSETS = ("", "utf-7", "utf-16", "rot13", "hex", *sorted(garbled.SAFE_CHARSETS))
_KINDS = ("application/json", "application/x+json; charset=big5", "", "text/plain", "multipart/x")
_PLUGIN = "WordPress/6.9 | Akismet/5.7.2"
_PHRASES = [
    one
    for found in (vars(lexicon).values(), [offer[2] for offer in lexicon.OFFERS])
    for one in found
    if isinstance(one, phrases.Phrases)
]


class Target(NamedTuple):
    """*run* is given bytes; *naive* switches the safeguard off; *seeds* are where one begins."""

    run: Callable[[bytes], None]
    naive: Callable[[], None]
    seeds: tuple[bytes, ...]


def _said(data: bytes) -> str:
    """The text that a comment with these bytes would be: never a lone surrogate."""
    return data.decode("utf-8", "replace")


def _picked(data: bytes, choices: tuple[str, ...]) -> tuple[str, bytes]:
    """One of *choices* by the first byte, and the rest."""
    return choices[data[0] % len(choices)] if data else choices[0], data[1:]


def body(data: bytes) -> None:
    """Any bytes of any kind are read, or refused with BadInput; no text holds a surrogate."""
    kinds = (*_KINDS, FORM, *(f"{FORM}; charset={name}" for name in _CHARSETS))
    kind, raw = _picked(data, kinds)
    with contextlib.suppress(BadInput):
        pairs = form.read_pairs(raw, kind, raw[:200])
        for name, value in pairs:
            f"{name}{value}".encode()
        for client in (_PLUGIN, "x/1"):
            arrival = wire.read_arrival(pairs, client)
            repr(arrival).encode()
        wire.read_key("comment-check", pairs, _said(raw[:60]))
        wire.require_comment_fields(pairs)


def charset(data: bytes) -> None:
    """A value that is UTF-8 comes back as it is, any other as some text."""
    name, raw = _picked(data, _CHARSETS)
    sent = b"comment_content=" + quote_from_bytes(raw).encode()
    pairs = form.read_pairs(sent, f"{FORM}; charset={name}")
    pairs += form.read_pairs(sent + b"&blog_charset=" + name.encode(), FORM)
    for _, value in pairs:
        value.encode()
    with contextlib.suppress(UnicodeDecodeError):
        is_shifted = name == "iso2022_jp" and b"\x1b" in raw
        assert is_shifted or pairs[0] == ("comment_content", raw.decode())


def markup(data: bytes) -> None:
    """Any text can be looked at and folded; what was folded stays as it is."""
    said = _said(data)
    seen = text.look(said)
    folded = text.fold_seen(seen.text)
    text.disguised(seen.text)
    text.joined_letters(text.WORD.findall(text.spelled_out(folded)))
    assert not {"\u200b", "\u202e", "\u0300"} & set(folded)
    assert len(folded) <= 4 * text.MAX_TEXT


def addresses(data: bytes) -> None:
    """Any text is an address or none, alone and as a link of a comment."""
    said = _said(data)
    host = text.host_of(said)
    assert host == host.lower()
    text.domain_of(said)
    list(links.address_pieces("u", said, "author_url", "author's link"))
    looked = view.view(Comment(text=f"{said} <a href='{said}'>{said}</a>", author_url=said))
    for find in (links.author_address, links.links, links.own_link):
        assert all(found.x >= 0 for found in find(looked))


def rules(data: bytes) -> None:
    """Any entry of a list is read or refused with InvalidField; an expression looks at any text."""
    word, rest = _picked(data, tuple(EntryKind))
    said, _, looked_at = _said(rest).partition("\n")
    kind = EntryKind(word)
    with contextlib.suppress(InvalidField):
        pattern = read_pattern(kind, said)
        if kind is EntryKind.REGEX:
            matcher.compile_regex(pattern).search(f"{looked_at}\n" + "a" * 2000)


def found(data: bytes) -> None:
    """Both engines find the same phrases in a text that was folded."""
    # A byte is a letter, so that one changed byte puts another script beside a word.
    said = text.fold_seen(data[:600].decode("cp1251", "replace")).casefold().lower()
    for one in _PHRASES:
        short = [match.span() for match in one.short.finditer(said)]
        assert short == [match.span() for match in one._linear.finditer(said)], one.pattern[:60]


def _reads_any_json() -> None:
    form.read_json_pairs = lambda raw: [(n, str(v)) for n, v in json.loads(raw or b"{}").items()]


def _believes_the_charset() -> None:
    form._decoded = lambda raw, name: form._unquoted(raw).decode(name)


def _keeps_every_mark() -> None:
    text._MARKS = re.compile("(?!)()")


def _any_host() -> None:
    text.host_of = lambda url: urlsplit(url).hostname or ""


def _pythons_own() -> None:
    matcher.compile_regex = re.compile


def _read_alike() -> None:
    for one in _PHRASES:
        one.short = re.compile(one.pattern.replace(*phrases._NO_LETTER))


_TEXTS = tuple(one.encode("utf-8", "replace")[:4000] for one in (*HOSTILE, *TEXTS, *PUMPS))
# Marks of two kinds, above and below: the library puts them in order, one by one.
_MARKS = tuple(("\u0301\u0316" * number).encode() for number in range(1, 9))
_FIELDS = (
    b"comment_content=a&blog=b&user_ip=1.2.3.4&blog_charset=koi8-r&comment_date_gmt=2026-11-24",
    b'{"comment_content": ["a", 1, 1.5, null, true, {"b": []}], "x[]": "\\ud800", "y": 1e999}',
)
_EXPRESSIONS = (rb"(a|b)*c", rb"\bwatch(?:es)?\s{1,9}[^x-z]+$", rb"(?i)\p{L}{2,30}?", rb"\xff\C")
_ENTRIES = (
    b"2001:db8::/32",
    b"Mail@B\xc3\xbccher.example",
    b"*.b\xc3\xbccher.co.uk",
    b"a  Phrase",
    b"latin",
)
_RULES = tuple(
    bytes([number]) + one + b"\nabc"
    for number in range(len(EntryKind))
    for one in (*_EXPRESSIONS, *_ENTRIES)
)
_CODED = tuple(
    bytes([number]) + "Grüße ありがとう Спасибо".encode(name, "replace")
    for number, name in enumerate(_CHARSETS)
    if name in garbled.SAFE_CHARSETS
)
TARGETS = {
    "body": Target(
        body, _reads_any_json, tuple(bytes([n]) + one for n in range(8) for one in _FIELDS)
    ),
    "charset": Target(charset, _believes_the_charset, _CODED),
    "markup": Target(markup, _keeps_every_mark, (*_TEXTS, *_MARKS)),
    "addresses": Target(addresses, _any_host, (*_TEXTS, b"http://user@a.co.uk:80/b?c=d#e")),
    "rules": Target(rules, _pythons_own, _RULES),
    "phrases": Target(found, _read_alike, (*_TEXTS, b"slots bonus $5 mrs smith thanks for this")),
}
