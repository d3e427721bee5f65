"""Give what waits without a Score one, as soon as a model answers again."""

from __future__ import annotations

import dataclasses
from typing import Final

from service.domain.priority import priority
from service.domain.sight import sight
from service.domain.site import Site
from service.domain.submission import Submission
from service.domain.tokens import tokens
from service.errors import ScorerUnavailable
from service.scorer import Scores, ask_model
from service.storage.search import INDEXED, TEXTS
from service.storage.store import Store
from service.storage.unit import Unit

# A short transaction each: checks go on meanwhile.
_PIECE: Final = 50
# A few seconds of work.
_MOST: Final = 1000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ScoredAgain:
    """How many got their Score, and for how many the model *failed* (again).

    *seen_to* is the id to go on *after*; None when all were looked at.
    """

    scored: int = 0
    failed: int = 0
    seen_to: int | None = None


def score_again(*, after: int = 0, store: Store, scorer: Scores) -> ScoredAgain:
    """Score what came *after* this id while no model answered; at most a thousand (heavy CPU).

    A comment gets Score, evidence and its place in the queue by them. Its Verdict stays UNSURE, as
    its blog heard it (or heard nothing, and asks again): a person decides it still, and that
    reaches the blog as every Decision does. Nothing decided, undone or forgotten is touched. Safe
    to run in several processes. Raises StoreUnavailable; without a model it does nothing.
    """
    done = ScoredAgain(seen_to=after)
    while done.seen_to is not None and done.scored + done.failed < _MOST:
        try:
            scorer.live()
        except ScorerUnavailable:
            return done
        done = _score_piece(done, done.seen_to, store, scorer)
    return done


def _score_piece(done: ScoredAgain, after: int, store: Store, scorer: Scores) -> ScoredAgain:
    with store.read() as unit:
        found = unit.unscored.list_after(after, limit=_PIECE)
        sites = {one.site_id: unit.sites.get(one.site_id) for one in found}
    if not found:
        return dataclasses.replace(done, seen_to=None)
    looked = [_scored(one, sites[one.site_id], scorer) for one in found]
    # No transaction is open while a model is asked.
    ready = [(one, tokens(one, sight(one.arrival.comment.text))) for one in looked if one]
    with store.begin() as unit:
        unit.alone(TEXTS)
        kept = [(one, words) for one, words in ready if unit.unscored.set_score(one)]
        _say(unit, kept)
        unit.commit()
    return ScoredAgain(
        scored=done.scored + len(kept),
        failed=done.failed + len(looked) - len(ready),
        seen_to=found[-1].submission_id,
    )


def _say(unit: Unit, kept: list[tuple[Submission, list[str]]]) -> None:
    """Let them be found by their new reasons, too; `index_new` does it for who has no words yet."""
    until = int(unit.find_meta(INDEXED) or 0)
    unit.search.renew([(one.submission_id, words) for one, words in kept], until=until)


def _scored(one: Submission, site: Site, scorer: Scores) -> Submission | None:
    """*one* with its Score beside what was answered then; None when the model fails on it."""
    said = ask_model(one.arrival, site, scorer)
    if said.fault or one.scoring is None:
        return None
    scored = dataclasses.replace(one, scoring=one.scoring.renewed(said))
    return dataclasses.replace(scored, priority=priority(scored, site.policy))
