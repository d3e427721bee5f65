"""Akismet's spelling, write side: our words -> status, exact body, headers. Pure.

No body ends in a newline: with one, clients read an error, ham or spam, each its own (§9.1).
"""

from __future__ import annotations

import dataclasses
import json
from typing import Final

from models.verdict import Verdict
from service.domain.hold import STAYS_HELD, is_held
from service.domain.reason import clue_code, rule_code
from service.domain.site import Policy, UnsureMeans
from service.domain.submission import Arrival, Scoring

TEXT: Final = "text/plain; charset=utf-8"
# Keeps the header below the 1 KiB that the meanest proxies still let pass.
_MOST_REASONS: Final = 8
SUSPENDED: Final = (
    "This key is suspended by whoever runs your Chaffinch server. Comments are held until it works"
    " again."
)
# Of the codes there are the nearest one: suspended, and not for want of money.
_SUSPENDED_CODE: Final = "10006"
THANKS: Final = "Thanks for making the web a better place."


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What goes back on the wire."""

    body: str
    status: int = 200
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    content_type: str = TEXT


def write_verdict(verdict: Verdict, policy: Policy, arrival: Arrival, guid: str) -> Answer:
    """The answer to a comment-check; *guid* is ours and new, never the client's."""
    headers = {"X-akismet-guid": guid}
    if verdict is Verdict.UNSURE:
        body, extra = _write_unsure(policy, arrival)
        return Answer(body, headers=headers | extra)
    if verdict is Verdict.BLATANT:
        headers["X-akismet-pro-tip"] = "discard"
    return Answer("false" if verdict is Verdict.HAM else "true", headers=headers)


def write_mirror(scoring: Scoring) -> dict[str, str]:
    """Headers that say what our own API says; Akismet's clients look at none of them.

    Our own words and numbers only: nothing a commenter wrote can reach a header.
    """
    is_spam = scoring.verdict in {Verdict.SPAM, Verdict.BLATANT}
    headers = {"X-Chaffinch-Verdict": "spam" if is_spam else scoring.verdict.value.lower()}
    if scoring.score is not None:
        headers["X-Chaffinch-Score"] = f"{scoring.score:.6f}"
    reasons = [rule_code(scoring.rule)] if scoring.rule else []
    clues = scoring.evidence.clues if scoring.evidence else ()
    reasons += [f"{clue_code(clue.name)};w={clue.weight:+.3f}" for clue in clues[:_MOST_REASONS]]
    if reasons:
        headers["X-Chaffinch-Reasons"] = ", ".join(reasons)
    return headers


def _write_unsure(policy: Policy, arrival: Arrival) -> tuple[str, dict[str, str]]:
    if policy.unsure is not UnsureMeans.HOLD:
        return ("true" if policy.unsure is UnsureMeans.SPAM else "false"), {}
    if is_held(Verdict.UNSURE, policy, arrival):
        return "false", {"X-akismet-recheck-after": str(policy.recheck_after_s)}
    if arrival.can_hold and arrival.recheck_reason in STAYS_HELD:
        # Leaves a pending comment pending.
        return "false", {}
    # The only answer that keeps it off the page until a person decides.
    return "true", {}


def write_invalid(guid: str = "", help_text: str = "") -> Answer:
    """The word for a bad key; *help_text* where clients would else read a verdict (§9.3)."""
    headers = {"X-akismet-guid": guid} if guid else {}
    if help_text:
        headers["X-akismet-debug-help"] = help_text
    return Answer("invalid", headers=headers)


def write_suspended(guid: str = "", *, is_judging: bool) -> Answer:
    """The word for a bad key, and why it is one, where clients look for that (§3.2, §7).

    The real service says `false` to a check and warns beside it; we never do: whoever reads the
    body alone would publish. With *is_judging* the error and the help make every client that could
    read a verdict hold or throw; the alert is what WordPress shows its owner, also after verify-key
    and get-stats, where its absence would take the banner away again.
    """
    made = write_invalid(guid, SUSPENDED if is_judging else "")
    made.headers["X-akismet-alert-code"] = _SUSPENDED_CODE
    made.headers["X-akismet-alert-msg"] = SUSPENDED
    if is_judging:
        made.headers["X-akismet-error"] = "suspended"
    return made


def write_missing(field: str, guid: str = "") -> Answer:
    """The answer to a call without a field it needs (§3.2): status 200, in words."""
    headers = {"X-akismet-debug-help": f'Empty "{field}" value'}
    if guid:
        headers["X-akismet-guid"] = guid
    return Answer(f"Missing required field: {field}.", headers=headers)


def write_trouble(sentence: str, status: int, guid: str = "", retry_after_s: int = 0) -> Answer:
    """Any other refusal, in words that no client can take for a verdict."""
    headers = {"X-akismet-guid": guid} if guid else {}
    if retry_after_s:
        headers["Retry-After"] = str(retry_after_s)
    return Answer(sentence, status=status, headers=headers)


def write_json(value: object) -> Answer:
    """A JSON answer."""
    return Answer(
        json.dumps(value, ensure_ascii=True, separators=(",", ":")),
        content_type="application/json; charset=utf-8",
    )
