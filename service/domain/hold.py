"""A comment that waits for a person in somebody else's program: what to tell it, and when.

An unmodified Akismet plugin knows two words, `true` and `false`, and does with them (its
receive_webhook in class.akismet-rest-api.php, 5.5 and 5.7.2):

    true   whatever it is -> spam, and its state before is remembered
    false  spam -> the state before; pending -> approved; approved -> nothing

It approves a pending comment by itself 2N seconds after it was told `recheck after N`. One call may
carry several words, which are done in order; so three commands can be said that are the same said
once or twice (a lost answer makes us say them again):

    PUBLISH = false false   spam -> pending -> approved
    BIN     = true          off the page, where "Not spam" finds it
    PEND    = true false    pending, if it was never approved

Only PEND depends on what happened before; where that is unknown, BIN is what publishes nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Final

from models.verdict import Verdict
from service.domain.decision import Outcome
from service.domain.site import Policy, Undecided, UnsureMeans
from service.domain.submission import Arrival

# The plugin asks again about comments it already holds; it knows no header there.
STAYS_HELD: Final = frozenset({"recheck_queue", "wp-cli"})
# How long before and after the plugin's own timer we act, at the most: its clock is not ours.
_MOST_LEAD: Final = dt.timedelta(hours=1)


class Command(enum.Enum):
    """What a blog is to do with a comment; the value is the results to send, in order."""

    PUBLISH = ("false", "false")
    BIN = ("true",)
    PEND = ("true", "false")


def is_held(verdict: Verdict, policy: Policy, arrival: Arrival) -> bool:
    """Whether the answer to *arrival* tells its client to wait for us."""
    return (
        verdict is Verdict.UNSURE
        and policy.unsure is UnsureMeans.HOLD
        and arrival.can_hold
        and arrival.recheck_reason not in STAYS_HELD | {"retry"}
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One held comment: told to wait *recheck_after_s* at *held_at*; approved after twice that."""

    held_at: dt.datetime
    recheck_after_s: int

    @property
    def deadline(self) -> dt.datetime:
        """When the plugin approves by itself."""
        return self.held_at + dt.timedelta(seconds=2 * self.recheck_after_s)

    @property
    def lead(self) -> dt.timedelta:
        """How far from the deadline we act."""
        return min(_MOST_LEAD, dt.timedelta(seconds=self.recheck_after_s / 2))

    def due_at(self, stage: int) -> dt.datetime:
        """When stage 0 (before the timer), 1 (just after: our call wakes its cron), 2 is due."""
        after = (-self.lead, self.lead / 2, self.lead)[stage]
        return self.deadline + after

    def is_near(self, now: dt.datetime) -> bool:
        """Whether the plugin's timer may run about now: what is pending now gets approved."""
        return self.due_at(0) <= now < self.due_at(2)


def choose_command(
    outcome: Outcome,
    policy: Policy,
    hold: Hold | None,
    *,
    may_be_published: bool,
    now: dt.datetime,
) -> Command:
    """What to tell the blog about a comment with this *outcome* (free).

    *hold* None: it was never told to wait. *may_be_published*: we or its timer may have put it on
    the page since.
    """
    if outcome is Outcome.HAM:
        return Command.PUBLISH
    if outcome is not Outcome.UNSURE:
        return Command.BIN
    if hold is None:
        return Command.PUBLISH if policy.unsure is UnsureMeans.HAM else Command.BIN
    is_over = now >= hold.due_at(0)
    if policy.undecided is Undecided.APPROVE and is_over:
        return Command.PUBLISH
    if policy.undecided is Undecided.SPAM and is_over:
        return Command.BIN
    return Command.BIN if may_be_published or hold.is_near(now) else Command.PEND
