"""What today's model says of a stored comment, and what would have made it another verdict."""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from models.comment import Clue, Comment, Score
from models.text import look
from models.verdict import Cutoffs, Verdict, verdict
from service.domain.site import Site
from service.domain.submission import Submission
from service.errors import ScorerUnavailable
from service.scorer import Scores

# Each costs one scoring, about a millisecond.
_MOST_TRIED: Final = 4
# A tag ends before the next begins: else each `<a` would be looked through to the text's end.
_LINK: Final = re.compile(r"<a\b[^<>]*>|</a>|(?:https?://|www\.)\S+", re.IGNORECASE)
_LEAST_WEIGHT: Final = 0.3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Without *what* the Score would be *score*, and so the Verdict another: *verdict*.

    *what* is "links", "author_url" or the words that were left out.
    """

    what: str
    score: float
    verdict: Verdict


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Today's Score and Verdict, and each single change that flips it; all None without a model."""

    today: Score | None = None
    verdict: Verdict | None = None
    cutoffs: Cutoffs | None = None
    what_ifs: tuple[WhatIf, ...] = ()


def explain(submission: Submission, site: Site, *, scorer: Scores) -> Explanation:
    """The Explanation of a stored comment by the model that answers now (heavy CPU: a few ms).

    While it waits that is its Site's: what was learned there counts, as it did for its Verdict. Of
    a decided one its own label would be a part of that, so the shared model is asked.

    Never raises: without a model there is nothing to say, and deciding goes on.
    """
    own = site.policy.cutoffs
    waits = submission.decided_at is None
    try:
        live = scorer.for_site(site.site_id, own) if waits else scorer.live()
    except ScorerUnavailable:
        return Explanation()
    comment = submission.arrival.comment
    cutoffs = own or live.cutoffs
    today = live.score(comment)
    says = verdict(today, cutoffs)
    found = []
    for what, changed in _changes(comment, today.evidence.clues):
        other = live.score(changed)
        would = verdict(other, cutoffs)
        if would is not says:
            found.append(WhatIf(what=what, score=other.value, verdict=would))
    return Explanation(today=today, verdict=says, cutoffs=cutoffs, what_ifs=tuple(found))


def _changes(comment: Comment, clues: tuple[Clue, ...]) -> list[tuple[str, Comment]]:
    """Single things that could be missing, the weightiest first."""
    found: list[tuple[str, Comment]] = []
    if look(comment.text).links:
        found.append(("links", dataclasses.replace(comment, text=_LINK.sub(" ", comment.text))))
    if comment.author_url:
        found.append(("author_url", dataclasses.replace(comment, author_url="")))
    for clue in clues:
        if len(found) >= _MOST_TRIED:
            break
        text = _without(comment.text, clue)
        is_known = any(clue.value == what for what, _comment in found)
        if text != comment.text and text.strip() and not is_known:
            found.append((clue.value, dataclasses.replace(comment, text=text)))
    return found


def _without(text: str, clue: Clue) -> str:
    if clue.where != "text" or not clue.value.strip() or abs(clue.weight) < _LEAST_WEIGHT:
        return text
    words = r"\W+".join(re.escape(word) for word in clue.value.split())
    return re.sub(rf"(?<!\w){words}(?!\w)", " ", text, flags=re.IGNORECASE)
