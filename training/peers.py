"""The filters people use today, on the same splits.

Naive Bayes, TF-IDF with logistic regression, rules, bogofilter and SpamAssassin's Bayes. The last
two are Debian packages; when one is not installed it is left out.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from models import lexicon
from models.comment import Comment
from models.text import look
from training.fit import Floats, Table
from training.protocols import Line, Part, left_out, rows_to_score, table_of
from training.splits import training_part

# (training comments, 1.0 for spam, comments to score) -> one number each, higher for spam.
Peer = Callable[[Sequence[Comment], Floats, Sequence[Comment]], Floats]
_TIMEOUT_S: Final = 1800
_SPAMASSASSIN: Final = Path(__file__).with_name("spamassassin.pl")
_BBCODE: Final = next(pattern for key, _, pattern in lexicon.OFFERS if key == "bbcode")


def mail(comment: Comment) -> str:
    """*comment* as one text with everything known about it, as mail filters are fed."""
    known = (comment.author, comment.author_email, comment.author_url, comment.user_agent)
    return "\n".join([*(part for part in known if part), comment.text])


def naive_bayes(known: Sequence[Comment], is_spam: Floats, asked: Sequence[Comment]) -> Floats:
    """Multinomial naive Bayes over words."""
    return _fitted(make_pipeline(CountVectorizer(), MultinomialNB()), known, is_spam, asked)


def tfidf(known: Sequence[Comment], is_spam: Floats, asked: Sequence[Comment]) -> Floats:
    """TF-IDF of words and pairs with logistic regression: what a tutorial builds."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = LogisticRegression(C=10, max_iter=300, class_weight="balanced")
    return _fitted(make_pipeline(words, model), known, is_spam, asked)


def _fitted(
    pipeline: Any,  # noqa: ANN401 - scikit-learn has no types
    known: Sequence[Comment],
    is_spam: Floats,
    asked: Sequence[Comment],
) -> Floats:
    pipeline.fit([mail(comment) for comment in known], is_spam)
    found: Floats = pipeline.predict_proba([mail(comment) for comment in asked])[:, 1]
    return found


def rules(known: Sequence[Comment], is_spam: Floats, asked: Sequence[Comment]) -> Floats:
    """Fixed rules in the manner of Antispam Bee: nothing is learned."""
    del known, is_spam
    return np.array([_points(comment) for comment in asked])


def _points(comment: Comment) -> float:
    seen = look(comment.text)
    points: float = 1.0 * min(len(seen.links), 5)
    points += 2.0 * bool(_BBCODE.search(comment.text))
    points += 2.0 * bool(lexicon.TRADE.search(comment.author))
    points += 1.0 * bool(lexicon.TRADE.search(comment.author_url))
    points += 1.0 * bool(comment.author_url)
    points += 1.5 * bool(re.search(r"https?:|www\.", comment.author))
    points += 0.5 * len(lexicon.PRAISE.findall(seen.text[:4000]))
    return points


def bogofilter(known: Sequence[Comment], is_spam: Floats, asked: Sequence[Comment]) -> Floats:
    """bogofilter, taught and asked through mailboxes."""
    with tempfile.TemporaryDirectory() as name:
        for option, label in (("-s", 1.0), ("-n", 0.0)):
            taught = [c for c, x in zip(known, is_spam, strict=True) if x == label]
            _run(["bogofilter", "-d", name, option, "-M"], _mailbox(taught))
        said = _run(["bogofilter", "-d", name, "-M", "-T", "-v"], _mailbox(asked))
    return np.array([float(line.split()[-1]) for line in said.splitlines() if line.strip()])


def _mailbox(comments: Sequence[Comment]) -> bytes:
    return "".join(map(_in_mbox, comments)).encode("utf-8", "replace")


def spamassassin(known: Sequence[Comment], is_spam: Floats, asked: Sequence[Comment]) -> Floats:
    """SpamAssassin's Bayes alone, as its own learner teaches it (about 1.5 ms a comment)."""
    asks = [("a", comment) for comment in asked]
    taught = [("s" if x else "h", comment) for comment, x in zip(known, is_spam, strict=True)]
    given = []
    for number, (what, comment) in enumerate(taught + asks):
        # Each with an id of its own: the learner takes a mail it has met only once.
        raw = f"Message-Id: <{number}@x>\n{_in_mbox(comment).partition(chr(10))[2]}"
        sent = raw.encode("utf-8", "replace")
        given.append(f"{what} {len(sent)}\n".encode() + sent)
    with tempfile.TemporaryDirectory() as name:
        said = _run(["perl", str(_SPAMASSASSIN), name], b"".join(given))
    return np.array([float(line) for line in said.split()])


def _in_mbox(comment: Comment) -> str:
    text = re.sub(r"(?m)^From ", ">From ", comment.text.replace("\0", " "))
    head = (
        "From a@b Thu Jan  1 00:00:00 2026",
        f"From: {_line(comment.author)} <{_line(comment.author_email)}>",
        f"X-Url: {_line(comment.author_url)}",
        "Content-Type: text/plain; charset=utf-8",
    )
    return "\n".join([*head, "", text, "", ""])


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _run(command: list[str], given: bytes) -> str:
    done = subprocess.run(  # noqa: S603 - fixed programs, arguments of our own
        command,
        input=given,
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    return done.stdout.decode("utf-8", "replace")


def installed() -> dict[str, Peer]:
    """The peers that can run here, by the name they are known by."""
    found: dict[str, Peer] = {
        "naive Bayes": naive_bayes,
        "TF-IDF + logistic regression": tfidf,
        "rules": rules,
    }
    if shutil.which("bogofilter"):
        found["bogofilter"] = bogofilter
    if shutil.which("spamassassin"):
        found["SpamAssassin's Bayes"] = spamassassin
    return found


def run(
    table: Table,
    which: str = "ABC",
    seen: Callable[[str], None] = lambda _: None,
    *,
    jobs: int = 1,
) -> list[Line]:
    """Every installed peer on the parts that `protocols.run` leaves out (minutes of CPU)."""
    lines = []
    left = [one for one in left_out(table.examples, which) if one[2].any()]
    for name, peer in installed().items():
        work = Parallel(n_jobs=jobs, return_as="generator")
        parts = []
        for part in work(delayed(_part)(table, peer, one) for one in left):
            parts.append(part)
            seen(f"{name}: {part.protocol} {part.name}")
        lines += [_named(line, name) for line in table_of(table, parts)]
    return lines


def _part(table: Table, peer: Peer, left: tuple[str, str, NDArray[np.bool_]]) -> Part:
    protocol, name, tested = left
    comments = [example.comment for example in table.examples]
    trained = np.flatnonzero(training_part(table.examples, tested))
    rows = rows_to_score(table.examples, tested)
    scores = peer(
        [comments[i] for i in trained], table.is_spam[trained], [comments[i] for i in rows]
    )
    return Part(protocol, name, rows, scores, np.zeros(0), 0.0)


def _named(line: Line, peer: str) -> Line:
    name = f"{line.name}, {peer}" if line.name else peer
    return dataclasses.replace(line, name=name)
