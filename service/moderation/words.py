"""Every sentence that Python says on the pages, in one place; the rest stands in the templates."""

from __future__ import annotations

from typing import Final

from models.verdict import Verdict
from service.domain.decision import Act, Outcome
from service.domain.remark import RemarkKind
from service.domain.view import Age, Listing, Sort
from service.web.language import said as _l

TITLES: Final = {
    Listing.WAITING: _l("Queue"),
    Listing.SPAM: _l("Spam"),
    Listing.PASSED: _l("Passed"),
    Listing.REMOVED: _l("Removed"),
    Listing.DISCARDED: _l("Discarded"),
    Listing.ANY: _l("Search"),
}
SENT_TITLE: Final = _l("Sent to you")
SORTS: Final = {
    Sort.PRIORITY: _l("Priority"),
    Sort.OLDEST: _l("Oldest"),
    Sort.NEWEST: _l("Newest"),
    Sort.SCORE: _l("Highest score"),
    Sort.SITE: _l("Site by site"),
}
AGES: Final = {
    Age.ANY: _l("any age"),
    Age.FRESH: _l("under an hour"),
    Age.LATE: _l("over 12 hours"),
    Age.DAY: _l("over a day"),
    Age.WEEK: _l("over a week"),
}
BANDS: Final = {
    Verdict.HAM: _l("passed"),
    Verdict.UNSURE: _l("unsure"),
    Verdict.SPAM: _l("spam"),
    Verdict.BLATANT: _l("blatant spam"),
}
RULED: Final = _l("by rule")
REPORTED: Final = _l("reported")
NOT_JUDGED: Final = _l("not judged")
ACTS: Final = {
    Act.APPROVE: _l("approved"),
    Act.SPAM: _l("marked as spam"),
    Act.REMOVE: _l("removed"),
    Act.UNDO: _l("took back a decision"),
}
OUTCOMES: Final = {
    Outcome.HAM: _l("approved"),
    Outcome.UNSURE: _l("waiting"),
    Outcome.SPAM: _l("spam"),
    Outcome.REMOVED: _l("removed"),
}
CHANGES: Final = {
    "approve": _l("approve it"),
    "spam": _l("mark it as spam"),
    "remove": _l("remove it"),
}
NO_NAME: Final = _l("no name")
NO_TEXT: Final = _l("no text that a reader would see")
HAS_MARKUP: Final = _l("has HTML")
HIDDEN: Final = _l("{count} hidden letters")
REPORT_ONLY: Final = _l("reported by the blog; the machine had never been asked about it")
NO_MODEL: Final = _l("no model answered: {fault}")
SCORED_LATER: Final = _l("scored afterwards; when it came, no model answered: {fault}")
HELD: Final = _l("{low} % to {high} % is “ask a person” here.")
HELD_BECAUSE: Final = _l("Held for a person: {why}.")
HELD_UNSURE: Final = _l("Held for a person: the machine alone does not decide it.")
EDITED, RECHECKED = _l("edited"), _l("re-checked")
OPEN_BY: Final = _l("{name} has this open")
CLAIMED_BY: Final = _l("claimed by {name}")
SENT_BY: Final = _l("for {name}, from {sender}")
SENT_TO_YOU: Final = _l("for you, from {sender}")
SENT_NOTE: Final = _l("{sent}: “{note}”")
SENT_TOLD: Final = _l("Sent to {who}, for four hours or until it is decided.")
RECHECK: Final = _l("model {model} says {percent} %, before {was_percent} % (model {was})")
RECHECK_FIRST: Final = _l("model {model} says {percent} %; before it had no score")
RECHECK_RULE: Final = _l("{said}; today it would be answered without the model: {rule}")
RECHECK_TOLD: Final = _l("Checked again: {said}.")
ARRIVED: Final = _l("arrived")
ARRIVED_AS_REPORT: Final = _l("reported by the blog")
SAID: Final = _l("the machine said: {band}")
SITE_SAID: Final = {
    Act.SPAM: _l("the blog{by} reported it as spam"),
    Act.APPROVE: _l("the blog{by} reported it as not spam"),
}
TAKEN_BACK: Final = _l("Taken back: {act}. It is {outcome} again.")
BLOG_ACTED: Final = {
    Act.SPAM: _l("The blog has reported it as spam since; what is there stays as it is."),
    Act.APPROVE: _l("The blog has reported it as not spam since; what is there stays as it is."),
}
BLOG_ACTED_MANY: Final = _l("At {count} of them the blog acted since; what is there stays.")
TAKEN_BACK_MANY: Final = _l("Taken back: {act}, {count} comments.")
DONE_MANY: Final = _l("{count} comments {act}.")
RUNS_MANY: Final = _l("{act}: {count} comments, under way.")
STANDING: Final = _l("{approved} ok · {spam} spam")
FOR_SPAM, FOR_HAM = _l("for spam:"), _l("for ham:")
DECEIVES: Final = _l("these letters are not what they look like")
KEPT: Final = _l("kept for good")
GONE: Final = _l("gone in {days} days")
GONE_TODAY: Final = _l("gone within a day")
SKIPPED: Final = _l("Skipped; it stands at the end now.")
ROW_DECIDED: Final = _l("{who}: {act}")
BY_BLOG: Final = _l("the blog")
REMARKS: Final = {
    RemarkKind.NOTE: _l("{who} noted"),
    RemarkKind.CLAIM: _l("{who} claimed it"),
    RemarkKind.RELEASE: _l("{who} let it go"),
}
HANDED_OVER: Final = _l("{sender} sent it to {receiver}")
ASKED_AGAIN: Final = _l("{who} had it checked again: {said}")
EARLIER: Final = {
    "email": _l("Same e-mail address"),
    "name": _l("Same name"),
    "ip": _l("Same IP address"),
    "domain": _l("Same link"),
}
WHAT_IF: Final = {
    "links": _l("Without its links"),
    "author_url": _l("Without the author's link"),
}
WHAT_IF_WORDS: Final = _l("Without “{words}”")
WOULD_BE: Final = {
    Verdict.HAM: _l("{percent} %, would pass"),
    Verdict.UNSURE: _l("{percent} %, would be held"),
    Verdict.SPAM: _l("{percent} %, would be spam"),
    Verdict.BLATANT: _l("{percent} %, would be discarded"),
}
REASONS: Final = (
    _l("advertising"),
    _l("off topic"),
    _l("rude"),
    _l("duplicate"),
    _l("harmful link"),
    _l("scam"),
    _l("asked by the author"),
    _l("private data"),
    _l("other"),
)
BULK_LINE: Final = _l("{who} {act}: {count} comments at once")
TODAY_SAME: Final = _l("Today's model {model} says {percent} %.")
JUST_NOW: Final = _l("just now")
DAYS, HOURS, MINUTES = _l("{count} d"), _l("{count} h"), _l("{count} min")
FACTS: Final = (
    (_l("Author"), "author"),
    (_l("E-mail"), "author_email"),
    (_l("Link"), "author_url"),
    (_l("IP address"), "user_ip"),
    (_l("Browser"), "user_agent"),
    (_l("Page"), "permalink"),
    (_l("Came from"), "referrer"),
    (_l("Kind"), "comment_type"),
    (_l("Answers to"), "parent"),
)
ROLE, SPEAKS, WRITTEN, ASKED_BY, LONG_ID = (
    _l("Role in the blog"),
    _l("Blog speaks"),
    _l("Written"),
    _l("Asked by"),
    _l("Our id"),
)


def begun(sentence: str) -> str:
    """*sentence* with a capital at its start and the rest as it is."""
    return sentence[:1].upper() + sentence[1:]
