"""How the pieces fit together: name, link, e-mail, text and blog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from models import lexicon
from models.families.view import Feature, View
from models.text import domain_of

_LETTERS: Final = re.compile(r"[^a-z]")


def name_and_link(v: View) -> Iterator[Feature]:
    """Whether the author's name is the name of the author's link."""
    name, site = _LETTERS.sub("", v.author), _LETTERS.sub("", v.domain.partition(".")[0])
    page = _LETTERS.sub("", v.comment.author_url.lower().partition("//")[2].partition("/")[2])
    where = "author_url"
    if v.comment.author.strip() == v.comment.author_url.strip():
        yield Feature("u==a", 1.0, "author's name is the address itself", v.host, where)
        return
    if len(name) < 3 or len(site) < 3:
        return
    shared = [w for w in v.author_words if len(w) > 3 and w in site]
    if name == site:
        yield Feature("u=a", 1.0, "author's name is the link's name", v.host, where)
    elif name in site or site in name:
        yield Feature("u~a", 1.0, "author's name is part of the link", v.host, where)
    elif shared:
        yield Feature("u~w", 1.0, "author's link repeats the name's words", v.host, where)
    elif name in page or any(w in page for w in v.author_words if len(w) > 3):
        yield Feature("u~p", 1.0, "page behind the link is called like the author", v.host, where)
    else:
        yield Feature("u!a", 1.0, "author's link has another name", v.host, where)


def link_and_email(v: View) -> Iterator[Feature]:
    """Whether the e-mail belongs to the link."""
    if v.domain and v.email_domain and domain_of(v.email_domain) == v.domain:
        name = "e-mail belongs to the author's link"
        yield Feature("e=u", 1.0, name, v.email_domain, "author_email")


def link_and_blog(v: View) -> Iterator[Feature]:
    """Whether the author's link is the blog it is written on."""
    blog = domain_of(v.comment.blog) or domain_of(v.comment.permalink)
    if v.domain and blog == v.domain:
        yield Feature("u=b", 1.0, "author's link is this blog", v.host, "author_url")


def praise_and_link(v: View) -> Iterator[Feature]:
    """Praise that fits any post, with the author's link to look at."""
    found = lexicon.PRAISE.search(v.text[:4000]) if v.host and "praise" in v.signs else None
    if found:
        name = "praise together with the author's link"
        yield Feature("p&u", 1.0, name, found[0].strip()[:60], "text")


def name_and_text(v: View) -> Iterator[Feature]:
    """Whether the words of the author's name are what the text speaks of."""
    words = set(v.words)
    shared = [w for w in v.author_words if len(w) > 3 and w in words]
    if shared:
        share = len(shared) / max(1, len(v.author_words))
        name = "the text repeats the author's name"
        yield Feature(f"a~t{share > 0.6}", 1.0, name, ", ".join(shared[:3]), "author")
