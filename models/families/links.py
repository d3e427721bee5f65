"""Where links lead: hosts, words in them, depth, disguise."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from models import lexicon
from models.families.view import Feature, View, in_runs, scaled
from models.text import Link, domain_of, host_of

_DEPTHS: Final = ("to a front page", "one step deep", "two steps deep", "deep into a site")
_PAGE: Final = re.compile(r"\.(php|html?|aspx?|jsp)$")


def author_address(v: View) -> Iterator[Feature]:
    """The author's own link."""
    yield from address_pieces("u", v.comment.author_url, "author_url", "author's link")
    if v.host and "?" in v.comment.author_url:
        yield Feature("u?", 1.0, "author's link carries a query", v.host, "author_url")


def address_pieces(prefix: str, url: str, where: str, label: str) -> Iterator[Feature]:
    """What one address says: ending, words in host and path, depth, length."""
    host = host_of(url)
    if not host:
        return
    domain = domain_of(url)
    path = _path_of(url)
    yield Feature(f"{prefix}tld:{host.rpartition('.')[2]}", 1.0, f"{label} ends in", host, where)
    yield from _address_words(prefix, host, path, where=where, label=label)
    word, name = domain.partition(".")[0], f"letters in {label}"
    yield from in_runs(f"{prefix}g:", [word], 0.6, name=name, where=where, shown=host)
    yield from _address_shape(prefix, domain, path, where=where, label=label)


def _path_of(url: str) -> str:
    try:
        return unquote(urlsplit(url if "//" in url else f"//{url}").path)[:500].lower()
    except ValueError:
        return ""


def _address_words(
    prefix: str, host: str, path: str, *, where: str, label: str
) -> Iterator[Feature]:
    pieces = [*re.split(r"[-_.\d]+", host.rpartition(".")[0])]
    pieces += re.split(r"[^a-z]+", path)[:12]
    found = [
        Feature(f"{prefix}p:{piece}", 1.0, f"word in {label}", piece, where)
        for piece in pieces
        if 3 <= len(piece) <= 30
    ]
    yield from scaled(found, 0.8)


def _address_shape(
    prefix: str, domain: str, path: str, *, where: str, label: str
) -> Iterator[Feature]:
    def claim(key: str, name: str) -> Feature:
        return Feature(f"{prefix}{key}", 1.0, f"{label} {name}", domain, where)

    depth = path.strip("/").count("/") + bool(path.strip("/"))
    yield claim(f"d:{min(depth, 3)}", f"leads {_DEPTHS[min(depth, 3)]}")
    page = _PAGE.search(path)
    if page:
        yield claim(f"x:{page[1][:3]}", "leads to a single page")
    if lexicon.TRADE.search(domain):
        yield claim("trade", "reads like an advertisement")
    if lexicon.TRADE.search(path):
        yield claim("tradep", "leads to a page that reads like an advertisement")
    if path.count("-") >= 2 or domain.count("-") >= 2:
        yield claim("dashes", "has many dashes")
    if domain in lexicon.SHORTENERS:
        yield claim("short", "is shortened")
    elif domain in lexicon.HOMES or domain.endswith((".github.io", ".wordpress.com")):
        yield claim("home", "is a well-known home of people's pages")
    name = domain.partition(".")[0]
    if len(name) > 14:
        yield claim(f"long{len(name) > 22}", "is very long")
    if any(map(str.isdigit, name)):
        yield claim("digits", "holds digits")


def links(v: View) -> Iterator[Feature]:
    """How many links the text has, and where they lead."""
    found = v.seen.links
    count = len(found)
    if not v.words and not count:
        return
    bucket = min(count, 5)
    name = "many links in the text" if bucket == 5 else f"{bucket or 'no'} links in the text"
    yield Feature(f"l:{bucket}", 1.0, name)
    if not count:
        return
    yield Feature("lr", min(1.0, 8 * count / max(1, len(v.words))), "links for so few words")
    blog = domain_of(v.comment.blog) or domain_of(v.comment.permalink)
    for link in found[:8]:
        if blog and domain_of(link.url) == blog:
            yield Feature("l=b", 1.0 / count, "links to this very blog", blog, "text")
            continue
        yield from (
            f._replace(x=f.x / math.sqrt(min(count, 8)))
            for f in address_pieces("l", link.url, "text", "link to")
        )
        yield from _anchor(link, count)


def _anchor(link: Link, count: int) -> Iterator[Feature]:
    words = link.anchor[:60]
    if not words:
        return
    yield Feature("la", 1.0 / count, "link hides behind words", words, "text")
    if lexicon.TRADE.search(link.anchor):
        yield Feature("lat", 1.0 / count, "link's words read like an advertisement", words, "text")
    shown = host_of(words) if "." in words and " " not in words else ""
    if shown and domain_of(words) != domain_of(link.url):
        name = "link shows another address than it leads to"
        yield Feature("l!a", 1.0, name, host_of(link.url), "text")


def own_link(v: View) -> Iterator[Feature]:
    """Whether the text links to the author's own site."""
    if v.domain and any(domain_of(link.url) == v.domain for link in v.seen.links[:8]):
        yield Feature("l=u", 1.0, "links to the author's own site", v.domain, "text")
