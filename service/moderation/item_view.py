"""What the templates may see of one Submission: the text, the evidence, the facts, the history."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from flask_babel import ngettext

from models.text import MAX_TEXT, look
from service.domain.address import shown, spellings
from service.domain.decision import Act
from service.domain.erasure import read_person
from service.domain.event import Event
from service.domain.recheck import Recheck
from service.domain.submission import Kind, Submission
from service.errors import InvalidField
from service.moderation import words
from service.moderation.event_words import KINDS, RECEIVERS, STATES, TROUBLES
from service.moderation.letters import visible
from service.moderation.segments import (
    MOST_SHOWN,
    Segment,
    Target,
    preview_length,
    segments,
    targets,
    true_host,
)
from service.moderation.views import (
    Reason,
    Row,
    band,
    because,
    clues_of,
    decided_line,
    marks,
    percent_of,
    reasons,
    row,
    rule_line,
    shape_of,
    signed,
)
from service.workflows.explain import Explanation
from service.workflows.look_at import Seen

# What the whole text may add to the page; a longer one goes on in the original.
_TEXT_BYTES: Final = 200_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The comment as its readers would take it, the same byte for byte, and where it leads."""

    pieces: list[Segment]
    original: str
    is_cut: bool
    marks: list[str]
    targets: list[Target]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The evidence in two columns that add up: base + both sums + rest = total, as percent.

    *part* is the part of a long text whose words are shown, "" when it is the whole text.
    """

    toward_spam: list[Reason]
    toward_ham: list[Reason]
    spam_sum: str
    ham_sum: str
    base: str
    rest: str
    total: str
    percent: str
    model_id: str
    part: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a Submission's history."""

    at: dt.datetime
    shape: str
    text: str
    note: str = ""
    undo_id: int | None = None
    is_own: bool = False
    is_undone: bool = False


def read_text(submission: Submission) -> Text:
    """The text of *submission* in all its forms (heavy CPU for very long ones, but bounded)."""
    raw = submission.arrival.comment.text
    seen = look(raw)
    shown = seen.text.strip()
    length = preview_length(shown, _TEXT_BYTES)
    pieces = segments(shown, clues_of(submission.scoring), limit=length)
    return Text(
        pieces=pieces if shown else [Segment(words.NO_TEXT, "none")],
        original=visible(raw[:MOST_SHOWN]),
        is_cut=length < len(shown) or len(raw) > MAX_TEXT,
        marks=marks(seen),
        targets=targets(seen.links),
    )


def facts(submission: Submission) -> list[tuple[str, str]]:
    """What came with the comment, as pairs of word and text; only what is known."""
    comment = submission.arrival.comment
    host = true_host(comment.author_url)
    beside = {"author_url": f" ⟦{host.text}⟧" if host.deceives else ""}
    comment = dataclasses.replace(comment, user_ip=shown(comment.user_ip))
    pairs = [(w, f"{getattr(comment, name)}{beside.get(name, '')}") for w, name in words.FACTS]
    written = comment.written_at
    pairs += [
        (words.ROLE, ", ".join(comment.user_role)),
        (words.SPEAKS, ", ".join(comment.blog_lang)),
        (words.WRITTEN, f"{written:%Y-%m-%d %H:%M} UTC" if written else ""),
        (words.ASKED_BY, submission.arrival.client),
        (words.LONG_ID, submission.guid),
    ]
    return [(word, visible(text[:2000])) for word, text in pairs if text.strip()]


def why(submission: Submission) -> Why | None:
    """The stored evidence in two columns, or None when none was stored."""
    scoring = submission.scoring
    if scoring is None or scoring.evidence is None or scoring.score is None:
        return None
    evidence = scoring.evidence
    weights = [clue.weight for clue in evidence.clues]
    every = reasons(evidence.clues)
    return Why(
        toward_spam=[reason for reason in every if reason.argues == "spam"],
        toward_ham=[reason for reason in every if reason.argues == "ham"],
        spam_sum=signed(sum(weight for weight in weights if weight > 0), 2),
        ham_sum=signed(sum(weight for weight in weights if weight <= 0), 2),
        base=signed(evidence.base, 2),
        rest=signed(evidence.rest, 2),
        total=signed(evidence.logit, 2),
        percent=percent_of(scoring.score),
        model_id=scoring.model_id,
        part=visible(evidence.part),
    )


def about(submission: Submission) -> str:
    """What the page is about, as far as the blog said; it names no title."""
    return visible(", ".join(submission.arrival.comment.context)[:200])


def forgettable(submission: Submission) -> str:
    """What an erasure knows the author of *submission* by: mail, else address; "" for neither."""
    comment = submission.arrival.comment
    try:
        return read_person(comment.author_email)
    except InvalidField:
        return comment.user_ip if spellings(comment.user_ip, b"") else ""


def rechecked(made: Recheck) -> str:
    """What a Recheck said, as a sentence."""
    return words.RECHECK_TOLD.format(said=_said_again(made))


def _said_again(made: Recheck) -> str:
    model, percent = visible(made.model_id), percent_of(made.score)
    if made.was_score is None:
        said = words.RECHECK_FIRST.format(model=model, percent=percent)
    else:
        was, was_percent = visible(made.was_model_id), percent_of(made.was_score)
        said = words.RECHECK.format(model=model, percent=percent, was=was, was_percent=was_percent)
    return words.RECHECK_RULE.format(said=said, rule=rule_line(made.rule)) if made.rule else said


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What the model of today says, beside what was said then; *is_new* when it is another."""

    text: str
    shape: str
    is_new: bool
    reasons: list[Reason]


def what_ifs(told: Explanation) -> list[str]:
    """What would have made it another Verdict, in sentences; only what re-scoring bore out."""
    found = []
    for one in told.what_ifs:
        begin = words.WHAT_IF.get(one.what) or words.WHAT_IF_WORDS.format(words=visible(one.what))
        end = words.WOULD_BE[one.verdict].format(percent=percent_of(one.score))
        found.append(f"{begin}: {end}")
    return found


def today(submission: Submission, told: Explanation) -> Today | None:
    """What today's model says, when that is not what was stored; None when nothing is new."""
    scoring, score = submission.scoring, told.today
    if score is None or told.verdict is None:
        return None
    is_new = scoring is None or scoring.model_id != score.model_id
    if not is_new:
        return None
    text = words.TODAY_SAME.format(model=visible(score.model_id), percent=percent_of(score.value))
    strongest = reasons(score.evidence.clues)[:6]
    return Today(text=text, shape=told.verdict.value.lower(), is_new=is_new, reasons=strongest)


def earlier(seen: Seen, now: dt.datetime) -> list[tuple[str, list[Row]]]:
    """What else came from this author, by what it has in common; a group of none is left out."""
    return [
        (words.EARLIER[kind], [row(one, seen.sites, now) for one in found])
        for kind, found in seen.earlier
        if found
    ]


def history(seen: Seen, moderator_id: int) -> list[Step]:
    """What happened to a Submission, oldest first; *moderator_id* is who looks."""
    submission = seen.submission
    is_report = submission.kind is Kind.REPORT
    how = words.ARRIVED_AS_REPORT if is_report else words.ARRIVED
    steps = [Step(at=submission.received_at, shape="arrived", text=how)]
    if submission.scoring is not None:
        said, line = words.SAID.format(band=band(submission).word), because(submission)
        text = f"{said} ({line})" if line else said
        steps.append(Step(at=submission.received_at, shape=band(submission).shape, text=text))
    undone = {decision.undoes for decision in seen.decisions}
    for decision in seen.decisions:
        is_undone = decision.decision_id in undone
        can_undo = decision.act is not Act.UNDO and not is_undone
        step = Step(
            at=decision.decided_at,
            shape=shape_of(decision),
            text=decided_line(decision),
            note=visible(decision.note),
            undo_id=decision.decision_id if can_undo else None,
            is_own=decision.moderator_id == moderator_id,
            is_undone=is_undone,
        )
        steps.append(step)
    steps += [
        Step(
            at=one.made_at,
            shape=one.kind.value,
            text=words.REMARKS[one.kind].format(who=visible(one.moderator)),
            note=visible(one.text),
        )
        for one in seen.remarks
    ]
    steps += [
        Step(
            at=one.made_at,
            shape="sent",
            text=words.HANDED_OVER.format(
                sender=visible(one.sender), receiver=visible(one.receiver)
            ),
            note=visible(one.note),
        )
        for one in seen.handovers
    ]
    for again in seen.rechecks:
        who = visible(again.moderator)
        text = words.ASKED_AGAIN.format(who=who, said=_said_again(again))
        steps.append(Step(at=again.made_at, shape="recheck", text=text))
    steps += [_told(one) for one in seen.events]
    return sorted(steps, key=lambda step: step.at)


def _told(event: Event) -> Step:
    """Whether the blog or a webhook has heard of it."""
    parts = [str(KINDS[event.kind]), str(STATES[event.state])]
    if event.attempts > 1:
        parts.append(ngettext("%(num)s try", "%(num)s tries", event.attempts))
    return Step(
        at=event.sent_at or event.created_at,
        shape="told",
        text=words.begun(f"{RECEIVERS[event.receiver]}: {' · '.join(parts)}"),
        note=str(TROUBLES.get(event.trouble) or visible(event.trouble)),
    )
