"""What was written: its words, claims, shape, language, and whether it speaks of the page."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from models import lexicon
from models.families.view import Feature, View, grams, scaled
from models.text import WORD, disguised, fold_seen, script_of


def words(v: View) -> Iterator[Feature]:
    """Words and pairs of words, as a reader takes them."""
    counts: dict[str, int] = {}
    for word in v.words:
        counts[word] = counts.get(word, 0) + 1
    for pair in zip(v.words, v.words[1:], strict=False):
        joined = " ".join(pair)
        counts[joined] = counts.get(joined, 0) + 1
    found = [
        Feature(f"w:{word}", 1 + math.log(count), _named(word), word, "text")
        for word, count in counts.items()
        if len(word) <= 60
    ]
    yield from scaled(found, 1.0)


def _named(word: str) -> str:
    return "words in the text" if " " in word else "word in the text"


def pieces(v: View) -> Iterator[Feature]:
    """Runs of letters inside words: survive small misspellings."""
    counts: dict[str, tuple[int, str]] = {}
    for word in v.words[:200]:
        for gram in grams(word[:30]):
            count, _ = counts.get(gram, (0, word))
            counts[gram] = (count + 1, word)
    found = [
        Feature(f"c:{gram}", 1 + math.log(count), "word in the text", word, "text")
        for gram, (count, word) in counts.items()
    ]
    yield from scaled(found, 1.0)


def claims(v: View) -> Iterator[Feature]:
    """The rules of thumb, as features."""
    raw = v.comment.text
    text = v.text
    if not raw.strip():
        return
    praise = lexicon.PRAISE.findall(text[:4000])
    if praise:
        name = "praise that fits any post"
        yield Feature(f"p:{min(len(praise), 4)}", 1.0, name, praise[0].strip()[:60], "text")
        if v.host or v.seen.links:
            yield Feature("p&u", 1.0, "praise together with a link", praise[0].strip()[:60], "text")
    for key, pattern, name in (
        ("contact", lexicon.CONTACT, "asks to be contacted elsewhere"),
        ("money", lexicon.MONEY, "speaks of money"),
        ("phone", lexicon.PHONE, "holds a phone number"),
        ("bbcode", lexicon.BBCODE, "holds forum codes"),
    ):
        found = pattern.search(text[:8000])
        if found:
            yield Feature(f"r:{key}", 1.0, name, found[0].strip()[:60], "text")
    trade = {match.lower() for match in lexicon.TRADE.findall(text[:8000])}
    if trade:
        x = min(1.5, math.log1p(len(trade)))
        yield Feature("r:trade", x, "words of trade", ", ".join(sorted(trade)[:4]))
    if v.seen.hidden:
        yield Feature("r:hidden", 1.0, "text that readers cannot see")
    count = disguised(v.seen.text)
    if count:
        yield Feature(f"r:disguise{min(count, 2)}", 1.0, "words in disguise")
    if v.comment.signal("honeypot") == "filled":
        yield Feature("r:honeypot", 1.0, "a field that people cannot see was filled in")
    if v.comment.signal("nonce") == "failed":
        yield Feature("r:nonce", 1.0, "sent without loading the page")


def shape(v: View) -> Iterator[Feature]:
    """Length, capitals, marks, signs: how it looks from afar."""
    text = v.seen.text.strip()
    if not text:
        return
    length = min(9, int(math.log2(len(v.words) + 1)))
    yield Feature(f"s:len{length}", 0.7, "length of the text")
    letters = sum(map(str.isalpha, text[:4000])) or 1
    upper = sum(map(str.isupper, text[:4000])) / letters
    if upper > 0.3:
        yield Feature("s:upper", 1.0, "written in capitals")
    marks = sum(text[:4000].count(c) for c in "!?")
    if marks:
        yield Feature(f"s:marks{min(marks, 4)}", 0.5, "exclamation and question marks")
    digits = sum(map(str.isdigit, text[:4000])) / len(text[:4000])
    if digits > 0.08:
        yield Feature("s:digits", 1.0, "many digits")
    odd = sum(ord(c) > 0x2190 and not c.isalpha() for c in text[:4000])
    if odd:
        yield Feature(f"s:emoji{min(odd, 3)}", 0.5, "pictures and signs")
    lines = text.count("\n")
    if lines:
        yield Feature(f"s:lines{min(4, int(math.log2(lines + 1)))}", 0.4, "broken into lines")
    if len(v.words) > 20:
        ratio = len(set(v.words)) / len(v.words)
        yield Feature("s:repeat", max(0.0, 0.8 - ratio) * 2, "repeats itself")
    if re.search(r"\s[,.!?]|[,.!?][A-Za-z]{3}", text):
        yield Feature("s:space", 0.4, "odd spaces around commas and stops")
    if text[0].islower():
        yield Feature("s:lower", 0.4, "begins with a small letter")


def page(v: View) -> Iterator[Feature]:
    """Whether it speaks of what the page is about: praise that fits any post does not."""
    page = fold_seen(unquote(v.comment.permalink)[:500])
    try:
        tail = urlsplit(page).path or page
    except ValueError:
        tail = page
    about = {m[0] for m in WORD.finditer(tail.replace("-", " ").replace("_", " ")) if len(m[0]) > 4}
    if len(about) < 2 or not v.words:
        return
    if about & set(v.words):
        shared = ", ".join(sorted(about & set(v.words))[:3])
        yield Feature("pg+", 1.0, "speaks of what the page is about", shared)


def language(v: View) -> Iterator[Feature]:
    """Whether it is in a script that the blog's readers can read."""
    script = script_of(v.text)
    if script and script != "Latin" and v.comment.blog_lang:
        spoken = {tag[:2].lower() for tag in v.comment.blog_lang}
        if spoken <= _LATIN_LANGUAGES:
            yield Feature("la:script", 1.0, "another script than the blog's language", script)


_LATIN_LANGUAGES: Final = frozenset(
    [
        "en",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
        "sv",
        "da",
        "no",
        "nb",
        "fi",
        "pl",
        "cs",
        "sk",
        "hu",
        "ro",
        "tr",
        "id",
        "vi",
    ]
)
