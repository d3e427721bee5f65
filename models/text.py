"""Pure text steps: decode, drop what nobody sees, fold look-alikes, find words and links.

Every function is total over any text and bounded in cost: O(n), and n is capped.
"""

from __future__ import annotations

import dataclasses
import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList
from selectolax.lexbor import LexborHTMLParser

# Longer texts are judged by head and tail; measured, 32 k characters cost 40-80 ms in n-grams
# elsewhere (TESTPLAN T14), and nobody writes a comment that long.
MAX_TEXT: Final = 32_000
_HEAD: Final = 24_000
# A run of thousands of combining marks makes normalising quadratic (THREATS 21).
_MARKS: Final = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0]{8})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0]+"
)
_HIDDEN_STYLE: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:px|pt|em|%)?\s*(?:;|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"<[a-zA-Z/!]")
# What stands unseen between two letters or signs of an address, or on top of one, breaks a link
# for us and not for a reader.
_BETWEEN: Final = re.compile(r"(?<=[!-~])[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u0300-\u036f]+")
# Letters written as digits: "ch4nn3l", "0ut". A digit at the end is a number more often than not.
_DIGIT_LETTER: Final = re.compile(r"(?<=[a-z])[01345]{1,3}(?=[a-z])|\b[035](?=[a-z][a-z0-9])")
_DIGITS_AS_LETTERS: Final = str.maketrans("01345", "oieas")
_UNSEEN_TAGS: Final = frozenset({"script", "style", "template", "noscript", "head"})
WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_LINK: Final = re.compile(
    r"(?:https?|hxxps?|ftp)\s?:\s?/{1,3}[^\s<>\"'\]\)]{3,2000}|(?<![\w@.])www\.[^\s<>\"'\]\)]{3,2000}",
    re.IGNORECASE,
)
# A bare host needs a top-level domain that words of prose do not end in.
_ENDINGS: Final = (
    "com|net|org|info|biz|ru|cn|top|xyz|online|site|shop|club|vip|win|bet|live|store"
    "|pw|tk|ml|ga|cf|ly|me|io|co|de|uk|pl|us|in|id|vn"
)
_BARE_HOST: Final = re.compile(
    r"(?<![\w@./-])((?:[a-z0-9-]{1,63}\.){1,4}(?:" + _ENDINGS + r"))(?![\w@-])"
    r"(/[^\s<>\"'\]\)]{0,500})?",
    re.IGNORECASE,
)
# What every bare host holds, found in a tenth of the time; said of ASCII only, where the two agree.
_DOTTED: Final = re.compile(r"\.(?:" + _ENDINGS + ")", re.IGNORECASE)
_CYRILLIC_GREEK: Final = str.maketrans(
    "аеорсухвнкмтіјѕԁԛԝһӏαορνικτυχεηγ",
    "aeopcyxbhkmtijsdqwhlaopvikt" + "uxeny",
)
_SUFFIXES: Final = PublicSuffixList()


def cut(text: str) -> str:
    """*text*, or its head and tail when it is longer than MAX_TEXT."""
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:_HEAD]} {text[-(MAX_TEXT - _HEAD) :]}"


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """A link somebody wrote: its address, and the words it hides behind ("" for a bare one)."""

    url: str
    anchor: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of a comment, the links in it, and what was kept from being seen.

    *hidden* counts characters that a reader would not see, *has_markup* says there were tags.
    """

    text: str
    links: tuple[Link, ...]
    hidden: int
    has_markup: bool


def look(raw: str) -> Seen:
    """What a reader sees of *raw*: entities decoded twice, tags and hidden parts removed.

    One comment is looked at by its lists, its features and its hash: the latest are remembered.
    """
    return _look_again(raw) if len(raw) <= _SHORT else _look(raw)


def _look(raw: str) -> Seen:
    text = html.unescape(html.unescape(cut(raw).replace("\0", " ")))
    found: list[Link] = []
    hidden, has_markup = 0, bool(_TAG.search(text))
    if has_markup:
        text, found, hidden = _without_markup(text)
    written = _written_links(text)
    if not text.isascii():
        # In plain letters when that shows more of them; a host in its own script stays itself.
        plain = unicodedata.normalize("NFKD", _MARKS.sub(r"\1", text))[: MAX_TEXT * 2]
        written = max(written, _written_links(_BETWEEN.sub("", plain)), key=len)
    found += written
    return Seen(text, tuple(found[:100]), hidden, has_markup)


# Longer texts are rare, and would fill the memory with what one client sends.
_SHORT: Final = 4000
_look_again = lru_cache(maxsize=256)(_look)


def _written_links(text: str) -> list[Link]:
    if ":" in text or "." in text:
        # Nothing else can be one, and most texts hold neither.
        may_be = ("/" in text and ":" in text) or "www." in text.lower()
        found = [Link(match[0]) for match in _LINK.finditer(text)] if may_be else []
        if not text.isascii() or _DOTTED.search(text):
            rest = _LINK.sub(" ", text) if found else text
            found += [Link(match[0]) for match in _BARE_HOST.finditer(rest)]
        return found
    return []


def _without_markup(text: str) -> tuple[str, list[Link], int]:
    # Lone surrogates cannot go through the C parser.
    tree = LexborHTMLParser(text.encode("utf-8", "replace").decode())
    hidden, links = 0, []
    for node in tree.css("[style],[hidden],script,style,template,noscript"):
        style = node.attributes.get("style") or ""
        is_hidden = "hidden" in node.attributes or _HIDDEN_STYLE.search(style)
        if node.tag in _UNSEEN_TAGS or is_hidden:
            hidden += len(node.text(deep=True) or "")
            links += _links_of(node)
            node.decompose(recursive=True)
    root = tree.body
    if root is None:
        return "", links, hidden
    links += _links_of(root)
    return root.text(deep=True, separator=" "), links, hidden


def _links_of(node: object) -> list[Link]:
    anchors = node.css("a[href]")  # type: ignore[attr-defined]
    return [
        Link((anchor.attributes.get("href") or "").strip(' \\"'), anchor.text(deep=True).strip())
        for anchor in anchors[:100]
    ]


def fold(raw: str) -> str:
    """*raw* as a reader takes it, in one spelling: seen text, look-alikes and styles folded.

    Lower case, compatibility forms (full width, mathematical letters) made plain, zero-width and
    combining characters dropped, Cyrillic and Greek look-alikes inside Latin words made Latin.
    """
    return fold_seen(look(raw).text)


def fold_seen(text: str) -> str:
    """`fold` for text that `look` has been over."""
    if text.isascii():
        return text.lower()
    return _fold_again(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKD", _MARKS.sub(r"\1", text))[: MAX_TEXT * 2]
    text = unicodedata.normalize("NFC", text.translate(_VISIBLE)).casefold()
    return WORD.sub(_one_script, text)


class _Letters(dict[int, int | None]):
    """For `str.translate`: each letter as itself, nothing for what is *dropped*; grows as asked."""

    def __init__(self, dropped: Callable[[str], bool]) -> None:
        super().__init__()
        self._dropped = dropped

    def __missing__(self, code: int) -> int | None:
        self[code] = None if self._dropped(chr(code)) else code
        return self[code]


_VISIBLE: Final = _Letters(lambda one: unicodedata.category(one) in {"Cf", "Mn", "Me", "Cs", "Co"})
_BARE: Final = _Letters(lambda one: unicodedata.combining(one) > 0)
_fold_again = lru_cache(maxsize=256)(_fold)


def _one_script(match: re.Match[str]) -> str:
    word = match[0]
    if word.isascii() or not any("a" <= letter <= "z" for letter in word):
        return word
    return word.translate(_CYRILLIC_GREEK)


def spelled_out(text: str) -> str:
    """*text* (already folded) with digits that stand for letters inside a word written as such."""
    if not any(map(text.__contains__, "01345")):
        return text
    return _DIGIT_LETTER.sub(lambda match: match[0].translate(_DIGITS_AS_LETTERS), text)


def joined_letters(words: list[str]) -> list[str]:
    """The words that somebody wrote letter by letter ("p l u t o 8 8" -> "pluto88")."""
    found: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1:
            run.append(word)
            continue
        if len(run) >= _SPELLED:
            found.append("".join(run)[:60])
        run = []
    return found


_SPELLED: Final = 4


def disguised(text: str) -> int:
    """How many words mix Latin with look-alikes, styled letters, marks or zero-width characters."""
    if text.isascii():
        return 0
    composed = unicodedata.normalize("NFC", _MARKS.sub(r"\1", text[:MAX_TEXT]))
    count = len(_TORN.findall(composed)) + len(_UNHEARD_OF.findall(composed)) // _FEW
    words = [word for word in WORD.findall(text[:MAX_TEXT]) if not word.isascii()]
    return count + sum([_is_disguised(w) if len(w) <= _USUAL else _disguise(w) for w in words])


def _disguise(word: str) -> bool:
    plain = unicodedata.normalize("NFKD", word)
    base = _base(plain)
    return (
        any("MATHEMATICAL" in unicodedata.name(c, "") for c in word[:3])
        or (fold_seen(word).isascii() and not base.isascii())
        or (len(word) > _FEW and 2 * len(base) <= len(plain))
    )


# Longer ones come once; they would only take up room.
_USUAL: Final = 30
_is_disguised = lru_cache(maxsize=20_000)(_disguise)


# Every letter apart from its neighbour, or a mark on every letter: no language writes so.
_TORN: Final = re.compile(r"(?:[A-Za-z][\u200b-\u200d\u2060\ufeff]+){3,}")
# Latin letters with a mark that no spelling puts there, else the two would be one letter by now.
_UNHEARD_OF: Final = re.compile(r"[A-Za-z][\u0300-\u036f]")
_FEW: Final = 3


def _base(text: str) -> str:
    return text.translate(_BARE).casefold()


@lru_cache(maxsize=20_000)
def host_of(url: str) -> str:
    """The host of *url* in lower case without `www.`, or "" when there is none."""
    text = url.strip()[:2000].replace("hxxp", "http")
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    # What follows a "%" is left as it was written: a zone, in an address that has one.
    return host.lower().strip(".").removeprefix("www.")


@lru_cache(maxsize=20_000)
def domain_of(url: str) -> str:
    """The registrable domain of *url* ("example.co.uk"), its host when it has none."""
    host = host_of(url)
    try:
        return _SUFFIXES.privatesuffix(host) or host
    except (ValueError, UnicodeError):
        return host
