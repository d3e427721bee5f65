"""Every sentence that Python says on the pages, in one place; the rest stands in the templates."""

from __future__ import annotations

from typing import Final

from models.verdict import Verdict
from service.domain.decision import Act, Outcome
from service.workflows.review import Listing

TITLES: Final = {
    Listing.WAITING: "Queue",
    Listing.SPAM: "Spam",
    Listing.PASSED: "Passed",
    Listing.REMOVED: "Removed",
}
BANDS: Final = {
    Verdict.HAM: "passed",
    Verdict.UNSURE: "unsure",
    Verdict.SPAM: "spam",
    Verdict.BLATANT: "blatant spam",
}
RULED: Final = "by rule"
REPORTED: Final = "reported"
NOT_JUDGED: Final = "not judged"
ACTS: Final = {
    Act.APPROVE: "approved",
    Act.SPAM: "marked as spam",
    Act.REMOVE: "removed",
    Act.UNDO: "took back a decision",
}
OUTCOMES: Final = {
    Outcome.HAM: "approved",
    Outcome.UNSURE: "waiting",
    Outcome.SPAM: "spam",
    Outcome.REMOVED: "removed",
}
CHANGES: Final = {
    "approve": "approve it",
    "spam": "mark it as spam",
    "remove": "remove it",
}
NO_NAME: Final = "no name"
NO_TEXT: Final = "no text that a reader would see"
HAS_MARKUP: Final = "has HTML"
HIDDEN: Final = "{count} hidden letters"
REPORT_ONLY: Final = "reported by the blog; the machine had never been asked about it"
NO_MODEL: Final = "no model answered: {fault}"
HELD: Final = "Held, because {low} % to {high} % is “ask a person” here."
ARRIVED: Final = "arrived"
ARRIVED_AS_REPORT: Final = "reported by the blog"
SAID: Final = "the machine said: {band}"
SITE_SAID: Final = {
    Act.SPAM: "the blog{by} reported it as spam",
    Act.APPROVE: "the blog{by} reported it as not spam",
}
TAKEN_BACK: Final = "Taken back: {act}. It is {outcome} again."
JUST_NOW: Final = "just now"
FACTS: Final = (
    ("Author", "author"),
    ("E-mail", "author_email"),
    ("Link", "author_url"),
    ("IP address", "user_ip"),
    ("Browser", "user_agent"),
    ("Page", "permalink"),
    ("Came from", "referrer"),
    ("Kind", "comment_type"),
    ("Answers to", "parent"),
)
ROLE, SPEAKS, WRITTEN, ASKED_BY, LONG_ID = (
    "Role in the blog",
    "Blog speaks",
    "Written",
    "Asked by",
    "Our id",
)


def begun(sentence: str) -> str:
    """*sentence* with a capital at its start and the rest as it is."""
    return sentence[:1].upper() + sentence[1:]
