"""The ordered list of rules asked before the classifier; the first with an answer wins.

The list *is* the policy: read it aloud. A rule sees one Arrival and answers at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

from models.verdict import Verdict
from service.domain.entry import Effect, Entry
from service.domain.submission import Arrival

# Akismet's documented test values; the old author name still lives in client test suites.
_TEST_AUTHORS: Final = frozenset({"akismet-guaranteed-spam", "viagra-test-123"})
_TEST_EMAIL: Final = "akismet-guaranteed-spam@example.com"


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """A named, pure question about an Arrival and the Verdict it leads to when true."""

    name: str
    reason: str
    verdict: Verdict
    applies: Callable[[Arrival], bool]


def _asks_for_test_discard(arrival: Arrival) -> bool:
    return arrival.is_test and arrival.wants_discard


def _is_test_spam(arrival: Arrival) -> bool:
    comment = arrival.comment
    return (
        comment.author.strip().lower() in _TEST_AUTHORS
        or comment.author_email.strip().lower() == _TEST_EMAIL
    )


def _is_administrator(arrival: Arrival) -> bool:
    roles = {role.strip().lower() for role in arrival.comment.user_role}
    return bool(roles & {"administrator", "super_admin"})


def _fell_into_honeypot(arrival: Arrival) -> bool:
    return arrival.comment.signal("honeypot") == "filled"


RULES: Final = (
    Rule(
        "test-discard",
        "a test call asked to see a discard",
        Verdict.BLATANT,
        _asks_for_test_discard,
    ),
    # Before the administrator: clients test with both, and expect spam.
    Rule(
        "test-spam",
        "Akismet's documented test value for spam",
        Verdict.SPAM,
        _is_test_spam,
    ),
    Rule(
        "administrator",
        "written by an administrator of the blog",
        Verdict.HAM,
        _is_administrator,
    ),
    Rule(
        "honeypot",
        "a field that people cannot see was filled in",
        Verdict.SPAM,
        _fell_into_honeypot,
    ),
)
REASONS: Final = {rule.name: rule.reason for rule in RULES}


# The lists that people keep stand before this rule: their word goes before what we guess.
_LISTS_BEFORE: Final = "honeypot"
_OF_EFFECT: Final = {
    Effect.ALLOW: Verdict.HAM,
    Effect.HOLD: Verdict.UNSURE,
    Effect.SPAM: Verdict.SPAM,
}


def first_answer(arrival: Arrival, listed: Entry | None = None) -> Rule | None:
    """The first rule that has an answer, or None; *listed* is what the lists say. Free."""
    for rule in RULES:
        if rule.name == _LISTS_BEFORE and listed is not None:
            return Rule(listed.rule, listed.why, _OF_EFFECT[listed.acts], lambda _: True)
        if rule.applies(arrival):
            return rule
    return None
