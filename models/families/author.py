"""Who wrote: the name and the e-mail address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from models import lexicon
from models.families.view import Feature, View, in_runs, scaled
from models.scripts import script_of
from models.text import disguised

_NAME_SHAPE: Final = re.compile(r"[A-ZÀ-Ý][\w'’.-]*(?:\s+[A-ZÀ-Ý][\w'’.-]*){0,3}")
_LOOKS_LIKE_ADDRESS: Final = re.compile(
    r"https?:|www\.|\w\.(?:com|net|org|info|ru|co|php|html?)\b", re.IGNORECASE
)


def name_words(v: View) -> Iterator[Feature]:
    """The words of the author's name."""
    found = [Feature(f"aw:{w}", 1.0, _NAME_WORD, w, "author") for w in v.author_words]
    yield from scaled(found, 1.0)


def name_pieces(v: View) -> Iterator[Feature]:
    """Runs of letters in the author's name: what kind of word it is, whatever the word."""
    yield from in_runs("ac:", v.author_words, 1.0, name=_NAME_WORD, where="author")


_NAME_WORD: Final = "word in the author's name"


def name_shape(v: View) -> Iterator[Feature]:
    """How the author's name is written: like a person's, or like an advertisement."""
    raw = v.comment.author.strip()
    if not raw:
        return
    count = len(v.author.split())

    def claim(key: str, name: str, x: float = 1.0) -> Feature:
        return Feature(f"as:{key}", x, name, raw[:80], "author")

    yield claim(f"n{min(count, 5)}", f"author's name has {min(count, 5)} words")
    if _NAME_SHAPE.fullmatch(raw):
        yield claim(f"name{min(count, 4)}", "author's name is written like a person's")
    elif raw.islower():
        yield claim(f"lower{count > 1}", "author's name is all in small letters")
    elif raw.isupper():
        yield claim(f"upper{count > 1}", "author's name is all in capitals")
    trade = {match.lower() for match in lexicon.TRADE.findall(v.author)}
    if trade:
        yield claim(f"trade{min(len(trade), 3)}", "author's name reads like an advertisement")
    yield from _oddities(v, raw, claim)


def _oddities(v: View, raw: str, claim: object) -> Iterator[Feature]:
    assert callable(claim)  # noqa: S101 - for the type checker
    if any(c.isdigit() for c in raw):
        yield claim("digits", "author's name holds digits")
    if _LOOKS_LIKE_ADDRESS.search(raw):
        yield claim("address", "author's name is an address")
    if len(raw) > 30:
        yield claim(f"long{len(raw) > 60}", "author's name is very long")
    if _is_gibberish(v.author):
        yield claim("gibberish", "author's name is random letters")
    if disguised(raw):
        yield claim("disguised", "author's name is disguised")
    if lexicon.FUNCTION_WORDS.search(v.author):
        yield claim("phrase", "author's name is a phrase")
    if re.search(r"[,|:!?#&+…]", raw):
        yield claim("marks", "author's name holds marks that names lack")
    script = script_of(v.author)
    if script:
        yield claim(f"script{script}", f"author's name is in {script} script")


def _is_gibberish(word: str) -> bool:
    """Whether a single Latin word has hardly any vowels or a run of consonants nobody speaks."""
    if not word.isascii() or not word.isalpha() or len(word) < 6:
        return False
    vowels = sum(letter in "aeiouy" for letter in word)
    return vowels / len(word) < 0.2 or bool(re.search(r"[^aeiouy]{5,}", word))


def email_domain(v: View) -> Iterator[Feature]:
    """The e-mail's provider."""
    domain = v.email_domain
    if not domain or "@" not in v.comment.author_email:
        return
    kind, label = "own", "e-mail at a domain of its own"
    if domain in lexicon.FREE_MAIL:
        kind, label = "free", "e-mail at a free provider"
    elif lexicon.DISPOSABLE.search(domain):
        kind, label = "throwaway", "e-mail is throw-away"
    elif domain.endswith((".edu", ".ac.uk", ".gov")):
        kind, label = "school", "e-mail of a school or office"
    yield Feature(f"e:{kind}", 1.0, label, domain, "author_email")
    if kind != "own":
        return
    ending = domain.rpartition(".")[2]
    yield Feature(f"et:{ending}", 0.5, "e-mail domain ends in", domain, "author_email")
    if lexicon.TRADE.search(domain):
        name = "e-mail domain reads like an advertisement"
        yield Feature("e:trade", 1.0, name, domain, "author_email")
    name = "letters in the e-mail domain"
    word = domain.partition(".")[0]
    yield from in_runs("eg:", [word], 0.6, name=name, where="author_email", shown=domain)


_RUN: Final = re.compile(r"[^\W\d_]+|\d+|[._+-]")


def email_shape(v: View) -> Iterator[Feature]:
    """How the local part of the e-mail is built; what it says is never looked at."""
    local, at, _ = v.comment.author_email.strip().rpartition("@")
    if not at or not local:
        return
    runs = [match[0] for match in _RUN.finditer(local[:64])]
    digits = sum(len(run) for run in runs if run.isdigit())
    letters = sum(len(run) for run in runs if run.isalpha())

    def claim(key: str, name: str) -> Feature:
        return Feature(f"el:{key}", 0.7, name, local[:60], "author_email")

    yield claim(f"d{min(digits, 6)}", f"{digits} digits in the e-mail")
    yield claim(f"a{min(letters // 3, 6)}", "length of the e-mail's name")
    form = "".join("d" if r.isdigit() else "a" if r.isalpha() else r for r in runs)
    yield claim(f"f{form[:6]}", "how the e-mail is built")
