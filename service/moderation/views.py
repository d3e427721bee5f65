"""What the templates may see of a list: small values, prepared, with nothing left to decide."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from typing import Final
from urllib.parse import urlsplit

from models.comment import Clue, Comment
from models.text import Seen, look
from models.verdict import Verdict
from service.domain.decision import Act, Decision, Outcome, Source
from service.domain.rules import REASONS
from service.domain.site import Site, same_address
from service.domain.submission import Scoring, Submission
from service.moderation import words
from service.moderation.badges import badges
from service.moderation.beside import NOTHING, Beside
from service.moderation.counted import tell_value
from service.moderation.letters import visible
from service.moderation.sayings import tell
from service.moderation.segments import (
    WEAK,
    Host,
    Segment,
    hosts,
    preview_length,
    segments,
    true_host,
)

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_FINE_FROM: Final = 98.5
# A row looks at this much of a text: enough for its three lines, cheap for the largest.
_GLANCE: Final = 4_000
_MOST_HOSTS: Final = 4
_MOST_REASONS: Final = 3
_SHARE_MARKED: Final = 1 / 3
_SPACES: Final = re.compile(r"[ \t\r\n]+")


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """One clue as people read it: *argues* "spam" or "ham", *size* 0-100 against the strongest."""

    name: str
    value: str
    weight: str
    argues: str
    size: int


@dataclasses.dataclass(frozen=True, slots=True)
class Band:
    """Where the machine put it: in a word, and the *shape* that says it without colour."""

    word: str
    shape: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One Submission in a list."""

    guid: str
    version: int
    percent: str | None
    fill: int
    band: Band
    because: str
    author: str
    author_host: Host | None
    excerpt: list[Segment]
    marks: list[str]
    badges: list[str]
    hosts: list[Host]
    more_hosts: int
    reasons: list[Reason]
    site_id: int
    site: str
    other_blog: str
    page: str
    kind: str
    language: str
    age: str
    received_at: dt.datetime
    outcome: str
    is_decided: bool
    beside: Beside


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLine:
    """One Decision in the list of all, or the many of one bulk."""

    shape: str
    text: str
    note: str
    reason: str
    when: str
    at: dt.datetime
    is_undone: bool
    can_undo: bool
    is_own: bool
    decision_id: int | None = None
    row: Row | None = None
    bulk: str = ""


def row(
    submission: Submission,
    sites: dict[int, Site],
    now: dt.datetime,
    beside: Beside = NOTHING,
) -> Row:
    """*submission* as a list shows it (about 0.1 ms; bounded, whatever the text)."""
    comment, scoring = submission.arrival.comment, submission.scoring
    site = sites[submission.site_id]
    score = scoring.score if scoring else None
    seen = look(comment.text[:_GLANCE])
    every = hosts(seen.links)
    return Row(
        guid=submission.guid,
        version=submission.version,
        percent=None if score is None else percent_of(score),
        fill=0 if score is None else round(score * 100),
        band=band(submission),
        because=because(submission),
        author=visible(comment.author[:120]).strip() or words.NO_NAME,
        author_host=true_host(comment.author_url) if comment.author_url.strip() else None,
        excerpt=_excerpt(seen.text, clues_of(scoring)),
        marks=marks(seen),
        badges=badges(submission, is_rechecked=beside.is_rechecked),
        hosts=every[:_MOST_HOSTS],
        more_hosts=len(every[_MOST_HOSTS:]),
        reasons=reasons(clues_of(scoring)[:_MOST_REASONS]),
        site_id=site.site_id,
        site=visible(site.name[:80]),
        other_blog=visible(submission.other_blog[:200]),
        page=_page(comment, site),
        kind="" if comment.comment_type == "comment" else visible(comment.comment_type[:40]),
        language=visible(", ".join(comment.blog_lang)[:40]),
        age=ago(submission.received_at, now),
        received_at=submission.received_at,
        outcome=words.OUTCOMES[submission.outcome],
        is_decided=submission.decided_at is not None,
        beside=beside,
    )


def clues_of(scoring: Scoring | None) -> tuple[Clue, ...]:
    """The clues that were stored, strongest first."""
    return scoring.evidence.clues if scoring and scoring.evidence else ()


def _excerpt(text: str, clues: tuple[Clue, ...]) -> list[Segment]:
    line = _SPACES.sub(" ", text).strip()
    if not line:
        return [Segment(words.NO_TEXT, "none")]
    # In a row only what carried the verdict is marked; the item's page marks all of it.
    weakest = max((abs(clue.weight) for clue in clues), default=0.0) * _SHARE_MARKED
    return segments(line, clues, limit=preview_length(line), weakest=max(WEAK, weakest))


def marks(seen: Seen) -> list[str]:
    """What a reader of the blog would not notice: markup, and letters kept from being seen."""
    found = [words.HAS_MARKUP] if seen.has_markup else []
    return found + ([words.HIDDEN.format(count=seen.hidden)] if seen.hidden else [])


def _page(comment: Comment, site: Site) -> str:
    """The page it stands on; only the path when it is on the Site's own address."""
    address = comment.permalink.strip()[:500]
    try:
        parts = urlsplit(address)
    except ValueError:
        return visible(address[:200])
    is_own = bool(parts.netloc) and same_address(address).startswith(site.address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return visible((path if is_own else address)[:200])


def percent_of(score: float) -> str:
    """A score as percent, finer near both ends; never 0 or 100, which nobody can know."""
    percent = min(99.9, max(0.1, score * 100))
    is_fine = percent > _FINE_FROM or percent < 100 - _FINE_FROM
    return f"{percent:.1f}" if is_fine else f"{percent:.0f}"


def signed(weight: float, digits: int = 1) -> str:
    """A weight with its sign, as people write it."""
    return f"{weight:+.{digits}f}".replace("-", "\N{MINUS SIGN}")


def band(submission: Submission) -> Band:
    """The machine's word on *submission*, and its shape."""
    scoring = submission.scoring
    if scoring is None:
        return Band(words.REPORTED, "reported")
    if scoring.fault:
        return Band(words.NOT_JUDGED, "none")
    # Who decides on a blind sample is not told what the machine said.
    is_blind = submission.is_audit and submission.outcome is Outcome.UNSURE
    said = Verdict.UNSURE if is_blind else scoring.verdict
    return Band(words.BANDS[said], said.value.lower())


def because(submission: Submission) -> str:
    """Why it stands where it stands, in one line, beside the clues."""
    scoring = submission.scoring
    if scoring is None:
        return words.REPORT_ONLY
    if scoring.fault:
        told = words.NO_MODEL if scoring.score is None else words.SCORED_LATER
        return told.format(fault=scoring.fault)
    return rule_line(scoring.rule) if scoring.rule else tell(scoring.abstains)


def rule_line(rule: str) -> str:
    """What *rule* goes by, in a line."""
    if rule.startswith("entry:"):
        return tell(f"on the list of rules (number {rule[6:]})")
    return tell(REASONS.get(rule, rule))


def reasons(clues: tuple[Clue, ...]) -> list[Reason]:
    """*clues*, strongest first."""
    most = max((abs(clue.weight) for clue in clues), default=1.0) or 1.0
    return [
        Reason(
            name=visible(tell(clue.name)),
            value=visible(tell_value(clue.name, clue.value)),
            weight=signed(clue.weight),
            argues="spam" if clue.weight > 0 else "ham",
            size=max(1, round(100 * abs(clue.weight) / most)),
        )
        for clue in clues
    ]


SHAPES: Final = {Act.APPROVE: "ham", Act.SPAM: "spam", Act.REMOVE: "removed", Act.UNDO: "undo"}
SHAPES_OF_OUTCOME: Final = {
    Outcome.HAM: "ham",
    Outcome.UNSURE: "unsure",
    Outcome.SPAM: "spam",
    Outcome.REMOVED: "removed",
}


def shape_of(decision: Decision) -> str:
    """The shape that stands for what was decided."""
    return SHAPES[decision.act]


def decided_line(decision: Decision) -> str:
    """Who decided what, in one line."""
    if decision.source is Source.SITE:
        by = f" ({visible(decision.reporter)})" if decision.reporter else ""
        return words.SITE_SAID[decision.act].format(by=by)
    return f"{visible(decision.moderator)} {words.ACTS[decision.act]}"


def within(time: dt.timedelta) -> str:
    """A length of time rounded up to minutes, hours or days, so that "at most" is true of it."""
    for size, told, most in (
        (_MINUTE, words.MINUTES, _HOUR),
        (_HOUR, words.HOURS, 2 * _DAY),
    ):
        if time.total_seconds() <= most:
            return told.format(count=max(1, math.ceil(time.total_seconds() / size)))
    return words.DAYS.format(count=math.ceil(time.total_seconds() / _DAY))


def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """How long ago *moment* was, in one short word."""
    seconds = max(0, int((now - moment).total_seconds()))
    for size, told in ((_DAY, words.DAYS), (_HOUR, words.HOURS), (_MINUTE, words.MINUTES)):
        if seconds >= size:
            return told.format(count=seconds // size)
    return words.JUST_NOW
