"""A Submission as the words it is found by: what people read, and what operators ask for.

Cut here and not by the engines, so that both find the same: words folded as the model reads them,
scripts without spaces in pairs of letters, everything else that can be asked for as one coded word.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

from models.comment import Comment
from models.scripts import script_of
from models.text import WORD, domain_of, fold_seen, host_of
from service.domain.address import kept_network
from service.domain.sight import Sight, sight
from service.domain.submission import Submission

# More would make the index larger than the comments; a longer word is nobody's question.
_MOST_WORDS: Final = 400
_MOST_LETTERS: Final = 40
_MOST_REASONS: Final = 3
_SPACELESS: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff]+"
)
# No word that anybody writes begins so: coded words and written ones never meet.
_CODED: Final = "zq"
AUTHOR, EMAIL, DOMAIN, IP, LANG, REASON, NUMBER = "a", "e", "d", "i", "l", "r", "n"


def words_of(text: str, most: int = _MOST_WORDS) -> list[str]:
    """The words of *text* (already seen by `look`, or plain), in order, repeated as they are."""
    return _words_folded(fold_seen(text), most)


def _words_folded(folded: str, most: int = _MOST_WORDS) -> list[str]:
    found: list[str] = []
    if folded.isascii():
        # No script without spaces is in there: each word is one.
        for match in WORD.finditer(folded):
            found.append(match[0].replace("'", "")[:_MOST_LETTERS])
            if len(found) >= most:
                break
        return found
    for match in WORD.finditer(folded):
        found += _cut(match[0].replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
        if len(found) >= most:
            return found[:most]
    return found


def _cut(word: str) -> Iterator[str]:
    last = 0
    for run in _SPACELESS.finditer(word):
        if word[last : run.start()]:
            yield word[last : run.start()][:_MOST_LETTERS]
        letters = run[0]
        yield from (letters[at : at + 2] for at in range(max(1, len(letters) - 1)))
        last = run.end()
    if word[last:]:
        yield word[last:][:_MOST_LETTERS]


def coded(kind: str, value: str) -> str:
    """One word that stands for *value* of this *kind*, whatever letters it holds."""
    text = value.strip().casefold().encode("utf-8", "replace")
    return f"{_CODED}{kind}{hashlib.sha256(text).hexdigest()[:12]}"


def author_words(name: str) -> list[str]:
    """The words of an author's *name*, apart from those of texts."""
    return [f"{_CODED}{AUTHOR}{word}" for word in words_of(name, 10)]


def email_words(email: str) -> list[str]:
    """What an e-mail address is found by: the whole, and its domain."""
    text = email.strip().casefold()
    return [coded(EMAIL, one) for one in (text, text.rpartition("@")[2]) if one]


def ip_words(address: str) -> list[str]:
    """What an IP address as it is kept is found by: its pseudonym, its network, three numbers."""
    network = kept_network(address.strip())
    found = (address.strip(), network, network.rpartition(".")[0])
    return [coded(IP, one) for one in dict.fromkeys(found) if one]


def domain_words(url: str) -> list[str]:
    """What an address is found by: its host, and its registrable domain."""
    return [coded(DOMAIN, host) for host in dict.fromkeys((host_of(url), domain_of(url))) if host]


def tokens(submission: Submission, looked: Sight | None = None) -> list[str]:
    """Every word this Submission is found by (about 0.1 ms, and 0.1 ms when *looked* is None).

    *looked* is the Sight of its text, for who has it already.
    """
    comment = submission.arrival.comment
    looked = looked or sight(comment.text)
    author = words_of(comment.author, 10)
    return [
        *_words_folded(looked.folded),
        *author,
        *dict.fromkeys(f"{_CODED}{AUTHOR}{word}" for word in author),
        *dict.fromkeys(_coded_words(submission, comment, looked)),
    ]


def _coded_words(submission: Submission, comment: Comment, looked: Sight) -> Iterator[str]:
    yield from email_words(comment.author_email)
    yield from ip_words(comment.user_ip)
    for url in (comment.author_url, *(link.url for link in looked.seen.links[:20])):
        yield from domain_words(url)
    languages = (*comment.blog_lang, *(one.split("_")[0] for one in comment.blog_lang))
    yield from (coded(LANG, one) for one in (*languages, script_of(looked.folded)) if one)
    yield from (coded(REASON, name) for name in reasons_of(submission))
    if submission.arrival.client_ref:
        # Its number in the blog, by which an answer to it names it.
        yield coded(NUMBER, submission.arrival.client_ref)


def reasons_of(submission: Submission) -> Iterable[str]:
    """The names of what weighed most in the Verdict, or of the rule that gave it."""
    scoring = submission.scoring
    if scoring is None:
        return ()
    if scoring.rule:
        return (scoring.rule,)
    clues = scoring.evidence.clues if scoring.evidence else ()
    return dict.fromkeys(clue.name for clue in clues[:_MOST_REASONS])
