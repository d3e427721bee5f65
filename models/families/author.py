"""Who wrote: name, link, e-mail and browser, and how they fit together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from models import lexicon
from models.families.links import address_pieces
from models.families.view import Feature, View, grams, scaled
from models.text import WORD, disguised, domain_of


def author_words(v: View) -> Iterator[Feature]:
    """Words and letters of the author's name."""
    words = [match[0] for match in WORD.finditer(v.author)][:12]
    found = [Feature(f"aw:{w}", 1.0, "word in the author's name", w, "author") for w in words]
    found += [
        Feature(f"ac:{gram}", 0.5, "word in the author's name", word, "author")
        for word in words
        for gram in grams(word[:30])
    ]
    yield from scaled(found, 1.0)


_NAME_SHAPE: Final = re.compile(r"[A-ZÀ-Ý][\w'’.-]*(?:\s+[A-ZÀ-Ý][\w'’.-]*){0,3}")


def author_shape(v: View) -> Iterator[Feature]:
    """How the author's name is written: like a person's, or like an advertisement."""
    raw = v.comment.author.strip()
    if not raw:
        return
    words = v.author.split()

    def claim(key: str, name: str, x: float = 1.0) -> Feature:
        return Feature(f"as:{key}", x, name, raw[:80], "author")

    yield claim(f"n{min(len(words), 5)}", f"author's name has {min(len(words), 5)} words")
    if _NAME_SHAPE.fullmatch(raw):
        yield claim("name", "author's name is written like a person's")
    elif raw.islower():
        yield claim("lower" + str(len(words) > 1), "author's name is all in small letters")
    trade = {match.lower() for match in lexicon.TRADE.findall(v.author)}
    if trade:
        yield claim(f"trade{min(len(trade), 3)}", "author's name reads like an advertisement")
    if any(c.isdigit() for c in raw):
        yield claim("digits", "author's name holds digits")
    if _LOOKS_LIKE_ADDRESS.search(raw):
        yield claim("address", "author's name is an address")
    if len(raw) > 30:
        yield claim("long", "author's name is very long")
    if _is_gibberish(v.author):
        yield claim("gibberish", "author's name is random letters")
    if disguised(raw):
        yield claim("disguised", "author's name is disguised")


_LOOKS_LIKE_ADDRESS: Final = re.compile(
    r"https?:|www\.|\w\.(?:com|net|org|info|ru|co)\b", re.IGNORECASE
)


def _is_gibberish(word: str) -> bool:
    """Whether a single Latin word has hardly any vowels or a run of consonants nobody speaks."""
    if not word.isascii() or not word.isalpha() or len(word) < 6:
        return False
    vowels = sum(letter in "aeiouy" for letter in word)
    return vowels / len(word) < 0.2 or bool(re.search(r"[^aeiouy]{5,}", word))


def author_address(v: View) -> Iterator[Feature]:
    """The author's own link, and how it fits the name and the blog."""
    yield from address_pieces("u", v.comment.author_url, "author_url", "author's link")
    if not v.host:
        return
    query = "?" in v.comment.author_url
    if query:
        yield Feature("u?", 1.0, "author's link carries a query", v.host, "author_url")
    name = re.sub(r"[^a-z]", "", v.author)
    site = re.sub(r"[^a-z]", "", v.domain.split(".")[0])
    if len(name) >= 4 and len(site) >= 4:
        if name == site:
            yield Feature("u=a", 1.0, "author's name is the link's name", v.host, "author_url")
        elif name in site or site in name:
            yield Feature("u~a", 1.0, "author's name is part of the link", v.host, "author_url")
        else:
            shared = sum(w in site for w in v.author.split() if len(w) > 3)
            if shared:
                yield Feature(
                    "u~w", 1.0, "author's link repeats the name's words", v.host, "author_url"
                )
    blog = domain_of(v.comment.blog)
    if blog and v.domain == blog:
        yield Feature("u=b", 1.0, "author's link is this blog", v.host, "author_url")


def email(v: View) -> Iterator[Feature]:
    """The e-mail's provider; its local part is never looked at."""
    _, at, domain = v.comment.author_email.strip().lower().rpartition("@")
    if not at or not domain:
        return
    kind = "own"
    if domain in lexicon.FREE_MAIL:
        kind = f"free:{domain}"
    elif lexicon.DISPOSABLE.search(domain):
        kind = "throwaway"
    label = {"own": "e-mail at a domain of its own", "throwaway": "e-mail is throw-away"}
    yield Feature(
        f"e:{kind}", 1.0, label.get(kind, "e-mail at a free provider"), domain, "author_email"
    )
    yield Feature(
        f"et:{domain.rpartition('.')[2]}", 0.5, "e-mail domain ends in", domain, "author_email"
    )
    if kind == "own" and v.domain and domain_of(domain) == v.domain:
        yield Feature("e=u", 1.0, "e-mail belongs to the author's link", domain, "author_email")
    if kind == "own" and lexicon.TRADE.search(domain):
        yield Feature(
            "e:trade", 1.0, "e-mail domain reads like an advertisement", domain, "author_email"
        )


_AGENT: Final = re.compile(r"(Firefox|Chrome|MSIE|Version|Opera|OPR|Edg[eA]?|Trident)[ /](\d+)")


def agent(v: View) -> Iterator[Feature]:
    """The browser and system that sent it."""
    agent = v.comment.user_agent[:500]
    if not agent:
        return
    found = _AGENT.search(agent)
    family = found[1] if found else agent.split("/")[0][:20]
    yield Feature(f"ua:{family}", 0.7, "browser", family, "user_agent")
    system = next(
        (
            s
            for s in (
                "Windows NT 5",
                "Windows NT 6",
                "Windows NT 10",
                "Mac OS",
                "Android",
                "iPhone",
                "Linux",
            )
            if s in agent
        ),
        "another",
    )
    yield Feature(f"us:{system}", 0.5, "system", system, "user_agent")
    if "Mozilla" not in agent:
        yield Feature("u!moz", 1.0, "no browser wrote this", agent[:60], "user_agent")
