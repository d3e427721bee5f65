"""Where links lead: hosts, words in them, depth, disguise."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from models import lexicon
from models.families.view import Feature, View, grams, scaled
from models.text import domain_of, host_of


def address_pieces(prefix: str, url: str, where: str, label: str) -> Iterator[Feature]:
    """What one address says: ending, words in host and path, depth, length."""
    host = host_of(url)
    if not host:
        return
    domain = domain_of(url)
    name = domain.split(".")[0]
    yield Feature(f"{prefix}tld:{host.rpartition('.')[2]}", 1.0, f"{label} ends in", host, where)
    pieces = [*re.split(r"[-_.\d]+", host.rpartition(".")[0])]
    try:
        path = unquote(urlsplit(url if "//" in url else f"//{url}").path)
    except ValueError:
        path = ""
    pieces += re.split(r"[^a-z]+", path.lower())[:12]
    found = [
        Feature(f"{prefix}p:{piece}", 1.0, f"word in {label}", piece, where)
        for piece in pieces
        if 3 <= len(piece) <= 30
    ]
    found += [
        Feature(f"{prefix}g:{gram}", 0.4, f"letters in {label}", host, where)
        for gram in grams(name[:30])
    ]
    yield from scaled(found, 0.8)
    depth = path.strip("/").count("/") + bool(path.strip("/"))
    yield Feature(
        f"{prefix}d:{min(depth, 3)}", 1.0, f"{label} leads {_DEPTHS[min(depth, 3)]}", host, where
    )
    if lexicon.TRADE.search(host):
        yield Feature(f"{prefix}trade", 1.0, f"{label} reads like an advertisement", host, where)
    if lexicon.TRADE.search(path):
        yield Feature(
            f"{prefix}tradep", 1.0, f"page behind {label} reads like an advertisement", host, where
        )
    if host.count("-") >= 2:
        yield Feature(f"{prefix}dashes", 1.0, f"{label} has many dashes", host, where)
    if domain in lexicon.SHORTENERS:
        yield Feature(f"{prefix}short", 1.0, f"{label} is shortened", host, where)
    if domain in lexicon.HOMES:
        yield Feature(
            f"{prefix}home", 1.0, f"{label} is a well-known home of people's pages", host, where
        )
    if len(name) > 14:
        yield Feature(f"{prefix}long", 1.0, f"{label} is very long", host, where)


_DEPTHS: Final = ("to a front page", "one step deep", "two steps deep", "deep into a site")


def links(v: View) -> Iterator[Feature]:
    """The links in the text and how they relate to words, author and blog."""
    links = v.seen.links
    count = len(links)
    words = max(1, len(v.words))
    if not v.comment.text.strip():
        return
    bucket = min(count, 5)
    yield Feature(
        f"l:{bucket}",
        1.0,
        "no link in the text"
        if not count
        else f"{bucket} links in the text"
        if bucket < 5
        else "many links in the text",
    )
    if not count:
        return
    yield Feature("lr", min(1.0, 8 * count / words), "links for so few words")
    blog = domain_of(v.comment.blog) or domain_of(v.comment.permalink)
    for link in links[:8]:
        host = host_of(link.url)
        domain = domain_of(link.url)
        if blog and domain == blog:
            yield Feature("l=b", 1.0, "links to this very blog", host, "text")
            continue
        yield from (
            f._replace(x=f.x / math.sqrt(min(count, 8)))
            for f in address_pieces("l", link.url, "text", "link to")
        )
        if v.domain and domain == v.domain:
            yield Feature("l=u", 1.0, "links to the author's own site", host, "text")
        if link.anchor:
            yield Feature("la", 1.0 / count, "link hides behind words", link.anchor[:60], "text")
            if lexicon.TRADE.search(link.anchor):
                yield Feature(
                    "lat", 1.0, "link's words read like an advertisement", link.anchor[:60], "text"
                )
            shown = host_of(link.anchor) if "." in link.anchor and " " not in link.anchor else ""
            if shown and domain_of(link.anchor) != domain:
                yield Feature(
                    "l!a", 1.0, "link shows another address than it leads to", host, "text"
                )
