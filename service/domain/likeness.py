"""How alike two texts are: a small MinHash over what a reader sees.

Own code because datasketch needs scipy, which the server must not load, and no lighter library of
it is kept; numpy is here anyway. Grouping helps a person look; it is never a verdict.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.comment import Comment
from models.text import domain_of
from service.domain.sight import Sight, sight

_HASHES: Final = 64
_BANDS, _ROWS = 12, 5
_WINDOW: Final = 6
_MOST_BYTES: Final = 4_000
# Estimated share of common pieces from which two texts are one campaign; with a common address,
# handle or number far less is enough.
ALIKE: Final = 0.6
ALIKE_WITH_CONTACT: Final = 0.25
# Shorter texts are what everybody writes ("Thanks, great post!"): they never form a group.
_LEAST_LETTERS: Final = 60
_LEAST_WITH_CONTACT: Final = 20
_SEED: Final = np.random.default_rng(20_261_125)
_FACTORS: Final = _SEED.integers(1, 2**61, (_HASHES, 1), dtype=np.uint64) | np.uint64(1)
_TERMS: Final = _SEED.integers(0, 2**61, (_HASHES, 1), dtype=np.uint64)
_NUMBER_BYTES: Final = 8
_POWERS: Final = np.array([1_099_511_628_211**n % 2**61 for n in range(_WINDOW)], dtype=np.uint64)
# An address is looked for where a word begins and nowhere inside it: from every letter anew, a
# word of 256 kB would take minutes.
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)\S[^\s@]*+@\S+|@\w+")
_DIGITS: Final = re.compile(r"\d+")
_REST: Final = re.compile(r"[\W_]+")
_AT_NAME: Final = re.compile(
    r"(?:t\.me/|wa\.me/|telegram[^\w@]{0,3}@?|whatsapp[^\w+]{0,3})\s?"
    r"(\+?\d[\d ()-]{4,20}\d|\w{4,32})"
    r"|@(\w{5,32})"
)
_MESSENGERS: Final = ("t.me/", "wa.me/", "telegram", "whatsapp")
_PHONE: Final = re.compile(r"\+?\d[\d ()./-]{7,18}\d")
_LEAST_PHONE: Final = 9
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{2,64}@[\w-]+(?:\.[\w-]+)+")
# Everybody links there: saying the same place says nothing.
_COMMON: Final = frozenset(
    (
        *("youtube.com", "youtu.be", "wikipedia.org", "github.com", "google.com", "facebook.com"),
        *("twitter.com", "x.com", "instagram.com", "linkedin.com", "reddit.com", "medium.com"),
        *("wordpress.org", "wordpress.com", "amazon.com", "t.me", "wa.me", "stackoverflow.com"),
        *("apple.com", "microsoft.com", "archive.org", "imgur.com"),
    ),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Likeness:
    """What a text is compared by: 64 numbers as hex, and the keys its like are found under.

    *contacts* are the keys from links, handles and numbers: like texts that share one need be
    less alike.
    """

    signature: str
    bands: tuple[int, ...]
    contacts: tuple[int, ...]
    letters: int = 0

    @property
    def says_enough(self) -> bool:
        """Whether the text alone is long enough to be known again; everyday words are not."""
        return self.letters >= _LEAST_LETTERS


def likeness(
    comment: Comment, own_domain: str = "", looked: Sight | None = None
) -> Likeness | None:
    """The Likeness of *comment*, None when its text is too short to say anything.

    *own_domain* is the blog's: links there bring nobody together. *looked* is the Sight of its
    text, for who has it already. About 0.3 ms for 1 000 letters, 0.1 ms more when it is None.
    """
    looked = looked or sight(comment.text)
    folded = looked.folded
    plain = _REST.sub(" ", _DIGITS.sub("0", _LINK.sub(" ", folded))).strip()
    urls = [link.url for link in looked.seen.links]
    contacts = _contacts(folded, urls, own_domain)
    if len(plain) < (_LEAST_WITH_CONTACT if contacts else _LEAST_LETTERS):
        return None
    numbers = _minima(plain.encode()[:_MOST_BYTES])
    told, step = numbers.tobytes(), _ROWS * _NUMBER_BYTES
    bands = tuple(_key(f"b{band}", told[band * step : (band + 1) * step]) for band in range(_BANDS))
    signature = (numbers & np.uint64(0xFFFF)).astype(">u2").tobytes().hex()
    return Likeness(signature=signature, bands=bands, contacts=contacts, letters=len(plain))


def share(first: str, second: str) -> float:
    """The estimated share of pieces that two signatures have in common, 0 to 1."""
    (found,) = shares(first, [second])
    return found


def shares(signature: str, others: Sequence[str]) -> list[float]:
    """`share` of one *signature* with each of *others*, in their order."""
    if not others:
        return []
    own = np.frombuffer(bytes.fromhex(signature), dtype=">u2")
    theirs = np.frombuffer(bytes.fromhex("".join(others)), dtype=">u2").reshape(len(others), -1)
    found: list[float] = np.mean(theirs == own, axis=1).tolist()
    return found


def _minima(text: bytes) -> NDArray[np.uint64]:
    letters = np.frombuffer(text, dtype=np.uint8).astype(np.uint64)
    if len(letters) < _WINDOW:
        letters = np.pad(letters, (0, _WINDOW - len(letters)))
    count = len(letters) - _WINDOW + 1
    pieces = letters[:count].copy()
    for place in range(1, _WINDOW):
        pieces += letters[place : place + count] * _POWERS[place]
    # One row for each hash, so that the smallest of each is found along the memory. A piece that
    # comes twice changes no minimum, and dropping bits afterwards keeps the order.
    mixed = pieces * _FACTORS
    mixed += _TERMS
    found: NDArray[np.uint64] = mixed.min(axis=1) >> np.uint64(29)
    return found


def _key(kind: str, value: bytes) -> int:
    """A signed 64-bit number, as both engines keep them."""
    digest = hashlib.blake2b(kind.encode() + b"\0" + value, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _contacts(text: str, urls: list[str], own_domain: str) -> tuple[int, ...]:
    domains = {domain_of(url) for url in urls}
    found = {f"d:{one}" for one in domains if one and one not in _COMMON and one != own_domain}
    has_at = "@" in text
    # Looking for what each of them must hold costs a twentieth of looking for them.
    if has_at or any(word in text for word in _MESSENGERS):
        found |= {f"h:{_REST.sub('', one or two)}" for one, two in _AT_NAME.findall(text)}
    phones = (_REST.sub("", one) for one in _PHONE.findall(text))
    found |= {f"p:{one}" for one in phones if len(one) >= _LEAST_PHONE}
    if has_at:
        found |= {f"e:{one}" for one in _EMAIL.findall(text)}
    return tuple(_key("c", one.encode()) for one in sorted(found)[:8])
