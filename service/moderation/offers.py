"""Rules that a decision may bring along: trust this author, hold what links to this domain."""

from __future__ import annotations

import dataclasses
from typing import Final

from models.text import host_of, look
from service.domain.draft import EntryDraft
from service.domain.entry import Effect, EntryKind, read_pattern
from service.domain.moderator import Action, may
from service.domain.site import same_address
from service.domain.submission import Submission
from service.errors import InvalidField
from service.moderation import desk_words
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.add_entry import add_entry

TRUST: Final = "trust"
BLOCK: Final = "block"
_DAYS: Final = {TRUST: 365, BLOCK: 90}
_MOST_DOMAINS: Final = 5
_GLANCE: Final = 20_000


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """One rule to be made with a decision: what the button says and what it would write."""

    act: str
    rule: str
    pattern: str
    word: str
    told: str


def offers(submission: Submission, site_name: str) -> list[Offer]:
    """What can be offered beside deciding this; nothing to who keeps no rules."""
    if not may(signed_in(), Action.EDIT_LISTS):
        return []
    found = []
    comment = submission.arrival.comment
    email = _pattern(EntryKind.EMAIL, comment.author_email)
    if email:
        told = desk_words.TRUST_TOLD.format(email=email, site=site_name, days=_DAYS[TRUST])
        found.append(Offer("approve", TRUST, email, str(desk_words.TRUST), told))
    for domain in _domains(submission):
        told = desk_words.BLOCK_TOLD.format(domain=domain, site=site_name, days=_DAYS[BLOCK])
        word = desk_words.BLOCK.format(domain=domain)
        found.append(Offer("spam", BLOCK, domain, word, told))
    return found


def add_offered(submission: Submission, rule: str, pattern: str) -> None:
    """Make the rule that came with a decision; only one that its page had offered.

    Raises InvalidField, NotPermitted.
    """
    here = runtime()
    comment = submission.arrival.comment
    if rule == TRUST and pattern == _pattern(EntryKind.EMAIL, comment.author_email):
        kind, effect = EntryKind.EMAIL, Effect.ALLOW
    elif rule == BLOCK and pattern in _domains(submission):
        kind, effect = EntryKind.DOMAIN, Effect.HOLD
    else:
        raise InvalidField("rule", "This is none of the choices.")
    draft = EntryDraft(
        kind=kind,
        pattern=pattern,
        effect=effect,
        site_id=submission.site_id,
        days=_DAYS[rule],
        why=str(desk_words.WITH_DECISION),
    )
    add_entry(
        signed_in(),
        draft,
        with_decision_on=submission.guid,
        store=here.store,
        now=here.clock(),
    )


def _domains(submission: Submission) -> list[str]:
    """The domains it leads to, the author's own first; never the blog's own."""
    comment = submission.arrival.comment
    urls = [comment.author_url, *(link.url for link in look(comment.text[:_GLANCE]).links)]
    own = same_address(comment.blog).split("/", 1)[0]
    hosts = [_pattern(EntryKind.DOMAIN, host_of(url)) for url in urls]
    return [host for host in dict.fromkeys(hosts) if host and host != own][:_MOST_DOMAINS]


def _pattern(kind: EntryKind, text: str) -> str:
    try:
        return read_pattern(kind, text)
    except InvalidField:
        return ""
