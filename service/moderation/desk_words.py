"""Every sentence that Python says on the pages around the queue, in one place."""

from __future__ import annotations

from typing import Final

from service.domain.decision import Outcome
from service.domain.entry import Effect, EntryKind, EntryStatus
from service.domain.moderator import Role
from service.domain.preferences import Digest, Shortcuts, Switch, Theme
from service.domain.site import Undecided, UnsureMeans
from service.moderation.words import OUTCOMES
from service.web.language import said as _l
from service.workflows.back_test import BackTest

ROLES: Final = {
    Role.VIEWER: _l("viewer"),
    Role.MODERATOR: _l("moderator"),
    Role.SENIOR: _l("senior moderator"),
    Role.MAINTAINER: _l("maintainer"),
    Role.OWNER: _l("owner"),
}
ROLE_MAY: Final = {
    Role.VIEWER: _l("sees everything, decides nothing"),
    Role.MODERATOR: _l("decides, and takes back own decisions"),
    Role.SENIOR: _l("also takes back those of others, keeps the rules, reads the log"),
    Role.MAINTAINER: _l("also keeps keys and people"),
    Role.OWNER: _l("may do everything"),
}
KINDS: Final = {
    EntryKind.IP: _l("IP address or net"),
    EntryKind.EMAIL: _l("e-mail address"),
    EntryKind.DOMAIN: _l("domain"),
    EntryKind.PHRASE: _l("phrase"),
    EntryKind.REGEX: _l("regular expression"),
    EntryKind.LANGUAGE: _l("language, by its script"),
}
EFFECTS: Final = {
    Effect.ALLOW: _l("allow"),
    Effect.HOLD: _l("hold for a person"),
    Effect.SPAM: _l("call it spam"),
}
STATUSES: Final = {
    EntryStatus.DRAFT: _l("draft"),
    EntryStatus.SHADOW: _l("shadow"),
    EntryStatus.LIVE: _l("live"),
    EntryStatus.ENDED: _l("ended"),
}
NOTICE: Final = _l("This site uses Chaffinch, on a server of its own, to reduce spam.")
NOTICE_MORE: Final = _l("Learn how your comment data is processed.")
UNSURE: Final = {
    UnsureMeans.HOLD: _l("the comment waits for a person"),
    UnsureMeans.SPAM: _l("the blog is told: spam"),
    UnsureMeans.HAM: _l("the blog is told: good"),
}
UNDECIDED: Final = {
    Undecided.HOLD: _l("it goes on waiting"),
    Undecided.APPROVE: _l("it is approved"),
    Undecided.SPAM: _l("it is spam"),
}
THEMES: Final = {
    Theme.AUTO: _l("as the system says"),
    Theme.LIGHT: _l("light"),
    Theme.DARK: _l("dark"),
    Theme.CONTRAST: _l("high contrast"),
}
SHORTCUTS: Final = {
    Shortcuts.ON: _l("on"),
    Shortcuts.OFF: _l("off: no single key does anything"),
    Shortcuts.OWN: _l("my own"),
}
DIGESTS: Final = {
    Digest.OFF: _l("never"),
    Digest.HOURLY: _l("every hour, when something waits"),
    Digest.DAILY: _l("once a day, when something waits"),
}
SWITCHES: Final = {Switch.ON: _l("on"), Switch.OFF: _l("off")}
KEY_NAMES: Final = {
    "next": _l("next"),
    "previous": _l("previous"),
    "approve": _l("approve"),
    "spam": _l("spam"),
    "remove": _l("remove"),
    "skip": _l("skip"),
    "undo": _l("undo"),
    "select": _l("select"),
    "claim": _l("claim"),
    "note": _l("note"),
    "author": _l("author"),
    "expand": _l("show more"),
    "focus": _l("one at a time"),
    "reload": _l("load what is new"),
    "search": _l("search"),
    "help": _l("all keys"),
}
LOG: Final = {
    "decisions": _l("all decisions"),
    "changes": _l("all other changes"),
    "decision-approve": _l("approved"),
    "decision-spam": _l("marked as spam"),
    "decision-remove": _l("removed"),
    "decision-undo": _l("took back a decision"),
    "sign-in": _l("signed in"),
    "session-end": _l("ended sessions"),
    "person-add": _l("added a person"),
    "person-change": _l("changed a person"),
    "person-invite": _l("made a link for a new password"),
    "person-password": _l("set a password"),
    "person-close": _l("deactivated a person"),
    "person-open": _l("activated a person"),
    "profile": _l("changed own profile"),
    "second-factor-on": _l("turned the second factor on"),
    "second-factor-off": _l("turned the second factor off"),
    "identity": _l("connected a sign-in"),
    "site-add": _l("added a site"),
    "site-policy": _l("changed a site's policy"),
    "key-issue": _l("issued a key"),
    "key-rotate": _l("replaced a key"),
    "key-revoke": _l("revoked a key"),
    "key-suspend": _l("suspended a key"),
    "key-resume": _l("let a key work again"),
    "webhook-add": _l("added a webhook"),
    "webhook-rotate": _l("replaced a webhook's secret"),
    "webhook-pause": _l("paused a webhook"),
    "webhook-resume": _l("let a webhook hear again"),
    "webhook-remove": _l("removed a webhook"),
    "entry-add": _l("added a rule"),
    "entry-status": _l("changed a rule"),
    "entry-hold": _l("set a rule to hold: people went against it"),
    "entry-restore": _l("let a rule decide again"),
    "log-export": _l("exported the log"),
    "person-export": _l("took along what is kept of a commenter"),
    "erasure": _l("forgot a commenter"),
}
LINK_TITLE: Final = _l("A link for {name}")
LINK_TEXT: Final = _l(
    "Give this link to {name}, by a way that only they read. It sets a new password, once, within "
    "{days} days. It is shown only now.",
)
KEY_TITLE: Final = _l("A key for {site}")
KEY_TEXT: Final = _l(
    "Give this key to the blog, and {address} as the server. It is shown only now; we keep a hash.",
)
SECRET_TITLE: Final = _l("A secret for {host}")
SECRET_TEXT: Final = _l(
    "Give this secret to the receiver: it tells by it that an event came from here. It is shown "
    "only now.",
)
SECRETS_TEXT: Final = _l(
    "Give this secret to the receiver. It is shown only now. Until {until} UTC each event carries "
    "two signatures, by the old secret and by the new one.",
)
CODES_TITLE: Final = _l("Codes for the day the phone is gone")
CODES_TEXT: Final = _l(
    "The second factor is on. Each of these codes opens once, instead of the phone's. Print them "
    "or keep them in a password manager; they are shown only now.",
)
# What an erasure reached, as a certificate counts it.
ERASED: Final = {
    "comments": _l("comments: text, name, addresses, evidence"),
    "labels": _l("of them decided by people; the decision stays, without a text"),
    "imported": _l("comments brought in from other programs"),
    "notes": _l("notes about them"),
    "entries": _l("entries of the lists"),
    "changes": _l("lines of the log that named the address"),
    "mails": _l("mails"),
    "refused": _l("comments that no database had taken"),
}
TRUST: Final = _l("Approve, and trust this author")
TRUST_TOLD: Final = _l("allows {email} on {site} for {days} days")
BLOCK: Final = _l("Spam, and hold {domain}")
BLOCK_TOLD: Final = _l("holds what links to {domain} on {site} for {days} days")
WITH_DECISION: Final = _l("made with a decision")
SAVED: Final = _l("Saved.")
PASSWORD_SET: Final = _l("The password is set. Every other session has ended.")
SESSIONS_ENDED: Final = _l("{count} other sessions have ended.")
CONNECTED: Final = _l("This sign-in is connected.")


def outcome_lines(told: BackTest) -> list[tuple[str, int, int]]:
    """What a back-test matched, by what holds of it: word, count, how many of it people decided."""
    return [
        (OUTCOMES[outcome], told.counts[outcome], told.by_people.get(outcome, 0))
        for outcome in Outcome
        if told.counts.get(outcome)
    ]
