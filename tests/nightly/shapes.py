"""Requests of the right shape with hostile values: purely random bytes find nothing (T4b)."""

from __future__ import annotations

import json
import random
import re
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import flask

from tests.builders import BLOG, KEY
from tests.hostile import HOSTILE

FORM = "application/x-www-form-urlencoded"
NUMBERS = (
    *("0", "1", "-1", "9", "2147483648", "9223372036854775807", "9223372036854775808"),
    *("18446744073709551616", "9" * 400, "1e9", "0x10", "１２", "٣", "1_000", " 1 ", "NaN", "-0"),
)
TEXTS = (
    *HOSTILE,
    *("", " ", "\0", "\ud800", "\udfff\ud800", "a\0b", "'", '"', "\\", "%", "%s", "%00", "[]"),
    *("true", "false", "null", "undefined", "../../etc/passwd", "0" * 32, "f" * 32, "\r\nX: y"),
    *("2026-11-24T12:00:00Z", "9999-12-31", "0000-00-00 00:00:00", "-262144-01-01", "9e99"),
    *("2026-13-45", "1" * 300, "http://[", "http://[::1", "//", "http://h:99999/", "mailto:"),
    *("http://xn--/", "http://" + "a." * 300, "::1", "999.999.1.1", "fe80::1%eth0", "1.2.3.4/33"),
    *("(((((((", "a{1000}{1000}", "(?P<x>", "\\", "*", "[a-", "after:9999-99-99", "score:>nan"),
    *("site:1 " * 50, 'a "b', "-", "OR OR", "from:", "is:spam before:0001-01-01", "x" * 70_000),
)
# What any of our forms, queries and documents is called, and some names that nothing has.
NAMES = (
    *("api_key", "key", "blog", "user_ip", "user_agent", "comment_content", "comment_author"),
    *("comment_author_email", "comment_author_url", "comment_type", "comment_date_gmt", "guid"),
    *("comment_post_modified_gmt", "blog_lang", "blog_charset", "user_role", "is_test", "callback"),
    *("recheck_reason", "reporter", "comment_ID", "comment_context", "permalink", "referrer"),
    *("month", "format", "filter", "order", "limit", "offset", "from", "token", "sitepress"),
    *("cursor", "outcome", "since", "until", "q", "sort", "site", "page", "after", "before"),
    *("act", "seen", "note", "reason", "next", "name", "role", "where", "password", "code", "open"),
    *(
        "kind",
        "pattern",
        "effect",
        "status",
        "expires",
        "ends",
        "comment",
        "text",
        "items",
        "undoes",
    ),
    *("seen_version", "scopes", "acts_for", "unsure", "kept_days", "recheck_after_s", "cutoffs"),
    *("needs_reason", "unsure_from", "spam_from", "blatant_from"),
    *("number", "guids", "guid[]", "decision", "days", "language", "zone", "digest_hour", "mail"),
    *("count", "share", "period", "who", "what", "view", "lang", "x[y][z]", "__proto__", "a" * 999),
)
BODIES = (FORM, FORM, FORM, "application/json", "application/json", "multipart", "odd")
ODD_TYPES = (
    *("", "/", "text/plain", "application/xml", f"{FORM}; charset=utf-7", f"{FORM}; charset=big5"),
    *("multipart/form-data; boundary=x", "application/json; charset=utf-16", "a" * 3000),
    *(f"{FORM}; charset=iso-2022-jp", f"{FORM}; charset=\x80", "application/cbor"),
)


def value(draw: random.Random) -> str:
    """Something that somebody would rather not get."""
    kind = draw.random()
    if kind < 0.35:
        return draw.choice(NUMBERS)
    if kind < 0.9:
        return draw.choice(TEXTS)
    return "".join(chr(draw.choice((0, 9, 10, 0x200B, 0x202E, 0x7F, 0xD800, 0x1F4A9, 0x41))) * 9)


def document(draw: random.Random, depth: int = 0) -> Any:
    """JSON of any shape, with names that mean something to us."""
    kind = draw.random()
    if depth < 3 and kind < 0.25:
        return [document(draw, depth + 1) for _ in range(draw.randrange(4))]
    if depth < 3 and kind < 0.45:
        return {draw.choice(NAMES): document(draw, depth + 1) for _ in range(draw.randrange(4))}
    odd = (None, True, False, 0, -1, 2**31, 2**53, 2**63, 10**400, 1e308, float("nan"), 0.5)
    return draw.choice(odd) if kind < 0.7 else value(draw)


def path(draw: random.Random, rule: Any, known: dict[str, list[str]]) -> str:
    """The rule's path with an id that is there, one that is not, or what is none."""

    def fill(match: re.Match[str]) -> str:
        kind, name = match[1] or "", match[2]
        if kind.startswith("any"):
            return draw.choice(("1.1", "1.2"))
        there = known.get(name, [])
        if there and draw.random() < 0.6:
            return draw.choice(there)
        number = draw.choice([n for n in NUMBERS if n.isascii() and n.isdigit()])
        return (
            number
            if kind == "int"
            else quote_from_bytes(value(draw)[:300].encode("utf-8", "replace"))
        )

    return re.sub(r"<(?:([^:<>]*(?:\([^)]*\))?):)?(\w+)>", fill, rule.rule)


def fields(draw: random.Random, own: dict[str, str]) -> list[tuple[str, str]]:
    """Some fields, mostly of ours; those of *own* as they should be, mostly."""
    sent = [(draw.choice(NAMES), value(draw)) for _ in range(draw.randrange(12))]
    sent += [(name, right) for name, right in own.items() if draw.random() < 0.9]
    draw.shuffle(sent)
    return sent


def body(draw: random.Random, own: dict[str, str]) -> tuple[bytes, str]:
    """The bytes of a request and what they are said to be."""
    kind = draw.choice(BODIES)
    if kind == "application/json":
        table = document(draw)
        if isinstance(table, dict):
            table |= own
        raw = json.dumps(table).encode()
        if draw.random() < 0.05:
            raw = draw.choice((b"[" * 50_000, b'{"a":' * 50_000, raw[:-3], b"\xff\xfe", b""))
        return raw, kind
    raw = urlencode(fields(draw, own), errors="surrogatepass").encode()
    if draw.random() < 0.1:
        raw = raw.replace(b"%", draw.choice((b"%%", b"%u", b"\x80")), 5)
    if kind == "multipart":
        lines = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in fields(draw, own)
        ]
        raw = ("".join(lines) + "--x--\r\n").encode("utf-8", "surrogatepass")
        return raw, "multipart/form-data; boundary=x"
    return raw, FORM if kind == FORM else draw.choice(ODD_TYPES)


def query(draw: random.Random) -> str:
    """What stands after the question mark."""
    return urlencode(fields(draw, {}), errors="surrogatepass")[:4000]


def rules(app: flask.Flask) -> list[tuple[Any, str]]:
    """Every route with each of its methods, those that change something twice as often."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=str):
        for method in sorted(rule.methods or ()):
            if method not in {"OPTIONS", "HEAD"}:
                found += [(rule, method)] * (1 if method == "GET" else 2)
    return found


def akismet(draw: random.Random) -> dict[str, str]:
    """What a blog sends rightly."""
    return {
        "api_key": KEY,
        "key": KEY,
        "blog": BLOG,
        "user_ip": "203.0.113.9",
        "comment_content": draw.choice(
            ("Thank you.", "Buy watches http://w.example/", value(draw))
        ),
    }
