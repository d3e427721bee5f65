"""The failure contract, row by row: what is wrong, what a blog hears, what becomes of the comment.

`test_failures.py` forces each; `python -m tests.docs` writes the table in service/README.md.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """*what* is wrong, what a blog *hears*, and what *then* becomes of the comment."""

    what: str
    hears: str
    then: str


TROUBLE = "503 `temporarily unavailable`, guid, `Retry-After`"
HELD = "a WordPress holds it and asks again"
UNSCORED = f"stored as unsure, scored when a model answers again; {HELD}"
ROWS = {
    "no model": Row("no model could be loaded", TROUBLE, UNSCORED),
    "broken model": Row("the model fails on this comment", TROUBLE, UNSCORED),
    "slow model": Row("the model is slow", "the verdict, later", "stored"),
    "locked": Row("the database is locked", "the verdict", "in the spool, stored afterwards"),
    "gone": Row(
        "the database is gone, the key was good in the last 12 hours",
        "the verdict, by the lists and the policy known last",
        "in the spool, stored afterwards",
    ),
    "gone, stranger": Row("the database is gone, the key not seen lately", TROUBLE, HELD),
    "hangs": Row(
        "the database hangs (it takes the question and never answers), the key was good in the"
        " last 12 hours",
        "the verdict, after about a second; from then on at once",
        "in the spool, stored afterwards",
    ),
    "full": Row("the database is full", "the verdict", "in the spool, stored afterwards"),
    "reports": Row(
        "the database is locked, gone or full, and the blog reports a mistake",
        "its thanks",
        "in the spool, heard afterwards, after the comments before it: no client says it twice",
    ),
    "disk full": Row("the disk is full, for the spool as well", TROUBLE, HELD),
    "spool full": Row("256 MiB wait in the spool", TROUBLE, HELD),
    "overload": Row(
        "more is asked than can be answered, for more than three seconds", TROUBLE, HELD
    ),
    "queue long": Row("the queue of the moderators is long", "the verdict", "stored"),
    "no key": Row("the key is missing", "200 `invalid`, guid, `X-akismet-debug-help`", HELD),
    "wrong key": Row("the key is unknown", "200 `invalid`, guid, `X-akismet-debug-help`", HELD),
    "revoked key": Row("the key was revoked", "200 `invalid`, guid, `X-akismet-debug-help`", HELD),
    "suspended key": Row(
        "the key is suspended",
        "200 `invalid`, guid, `X-akismet-error: suspended`, an alert, `X-akismet-debug-help`",
        "a WordPress holds it, says why to its owner, and asks again",
    ),
    "empty field": Row(
        "a required field is empty", "200 `Missing required field: user_ip.`, guid", HELD
    ),
    "large body": Row("the body is over 2 MiB", "413 in words that are no verdict, guid", HELD),
    "clock ahead": Row("the clock jumps a year ahead", "the verdict", "stored"),
    "clock back": Row("the clock jumps a year back", "the verdict", "stored"),
}


def table() -> str:
    """The rows as the README has them."""
    head = ["| what is wrong | a blog hears | the comment |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in ROWS.values())])
