"""Everything the service refuses, without a word of HTTP.

ServiceError
|- BadInput                 the request cannot be read
|  |- MissingField          a required field is empty; `.field` names it
|  |- InvalidField          a field cannot mean anything; `.field` names it
|  |  `- ReasonMissing      the site wants a reason for this, and none was given
|  |- BadFile               a file to import cannot be read; the sentence says where it broke
|  |  `- MendableFile       the same, but for characters that can be dropped
|  `- BodyTooLarge          more bytes than we take
|- NotAllowed
|  |- UnknownKey            no such key, or a revoked one: nobody learns which
|  |  `- SuspendedKey       refused for a while; `.site_id` says whose key it is
|  |- NotSignedIn           a page that needs a moderator
|  |- BadCredentials        sign-in failed: nobody learns why
|  |- NotPermitted          signed in, but not for this
|  `- BadCsrf               the form was not ours, or it is too old
|- NotFound                 no such thing, or not yours to see
|- Conflict
|  |- BelongsToBulk         one of many: take the whole bulk back; `.guid` names it
|  |- AlreadyDecided        somebody decided while you looked; `.decided` says who and what
|  |- DuplicateSite         this address or key is taken
|  `- DuplicateModerator    this name is taken
|- TooManyRequests          slow down; `.retry_after_s` says how long
|- NotReady                 the program cannot start like this; the sentence names the command
|  `- Unfinished           all of it is forgotten, but the file still holds its bytes
`- Unavailable              ours to mend: neither true nor false may be answered
   |- ScorerUnavailable     no model could be loaded
   |- StoreUnavailable      the database did not take it
   `- Overloaded            more is asked at once than can be answered
SettingsError               a setting is wrong; names the variable, never the value

*code* is for machines and never changes. The message is a sentence for the caller. `detail` is
for the log only.
"""

from __future__ import annotations

from typing import ClassVar


class ServiceError(Exception):
    """Catch this to render any refusal; everything else is a bug."""

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = "This did not work."

    def __init__(self, sentence: str = "", *, detail: str = "") -> None:
        super().__init__(sentence or self.sentence)
        self.detail = detail


class BadInput(ServiceError):
    """Catch to tell the caller that the request cannot be read."""

    code = "bad-input"
    sentence = "The request cannot be read."


class MissingField(BadInput):
    """Catch to name the field that must be sent."""

    code = "missing-field"

    def __init__(self, field: str) -> None:
        super().__init__(f"Missing required field: {field}.")
        self.field = field


class InvalidField(BadInput):
    """Catch to name the field and what it may hold."""

    code = "invalid-field"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class ReasonMissing(InvalidField):
    """Catch to ask the person why, and to decide again with the answer."""

    code = "reason-missing"

    def __init__(self) -> None:
        super().__init__("reason", "This site wants a reason: choose one, or write a note.")


class BodyTooLarge(BadInput):
    """Catch to answer 413 instead of 400."""

    code = "too-large"
    sentence = "The request is larger than 2 MiB."


class BadFile(BadInput):
    """Catch to say why a file cannot be imported, and where it broke; nothing was written."""

    code = "bad-file"
    sentence = "The file cannot be imported."


class MendableFile(BadFile):
    """Catch to try once more without the characters that XML forbids."""

    code = "mendable-file"


class NotAllowed(ServiceError):
    """Catch to refuse without saying what lies behind the door."""

    code = "not-allowed"
    sentence = "This is not allowed."


class UnknownKey(NotAllowed):
    """Catch to answer `invalid`, whether the key never was or is revoked."""

    code = "bad-key"
    sentence = "The key is missing, unknown or revoked."


class SuspendedKey(UnknownKey):
    """Catch to tell whoever holds this key of `.site_id` why it is refused.

    No stranger learns anything by it: only the right key gets so far.
    """

    code = "suspended-key"
    sentence = "This key is suspended: hold what you would have asked about, and ask again later."

    def __init__(self, site_id: int) -> None:
        super().__init__(detail="suspended key")
        self.site_id = site_id


class NotSignedIn(NotAllowed):
    """Catch to send a person to the sign-in page."""

    code = "sign-in"
    sentence = "Please sign in."


class BadCredentials(NotAllowed):
    """Catch to show the sign-in form again with one sentence for every cause."""

    code = "bad-credentials"
    sentence = "Name or password is wrong."


class NotPermitted(NotAllowed):
    """Catch to say that the role does not reach this far."""

    code = "not-permitted"
    sentence = "Your role does not allow this."


class BadCsrf(NotAllowed):
    """Catch to ask for the form to be sent again."""

    code = "bad-csrf"
    sentence = "This form is too old or was not sent from here. Go back, reload and try again."


class NotFound(ServiceError):
    """Catch for things that are not there, or not this caller's to see."""

    code = "not-found"
    sentence = "There is nothing here."


class Conflict(ServiceError):
    """Catch when the world changed under the caller."""

    code = "conflict"
    sentence = "Something changed meanwhile."


class AlreadyDecided(Conflict):
    """Catch to show who decided what, instead of deciding twice."""

    code = "already-decided"

    def __init__(self, sentence: str, *, version: int) -> None:
        super().__init__(sentence)
        self.version = version


class BelongsToBulk(Conflict):
    """Catch to take back all of a bulk instead of one of it."""

    code = "bulk"
    sentence = "This was one of many: take all of them back."

    def __init__(self, guid: str) -> None:
        super().__init__()
        self.guid = guid


class DuplicateSite(Conflict):
    """Catch when a Site or a Key is already there."""

    code = "duplicate-site"


class DuplicateModerator(Conflict):
    """Catch when a moderator of this name is already there."""

    code = "duplicate-moderator"


class TooManyRequests(ServiceError):
    """Catch to answer 429 with Retry-After."""

    code = "slow-down"
    sentence = "Too many tries. Please wait a moment."

    def __init__(self, sentence: str = "", *, retry_after_s: int = 60) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class NotReady(ServiceError):
    """Catch at the command line: the sentence names the command that mends it."""

    code = "not-ready"


class Unfinished(NotReady):
    """Catch to show what was forgotten although the file still holds its bytes."""

    code = "unfinished"


class Unavailable(ServiceError):
    """Catch to answer 503: the fault is ours and passes.

    *guid* is that of the comment that was stored all the same, if one was.
    """

    code = "unavailable"
    sentence = "The service is unavailable for a moment."
    retry_after_s: ClassVar[int] = 30

    def __init__(self, sentence: str = "", *, detail: str = "", guid: str = "") -> None:
        super().__init__(sentence, detail=detail)
        self.guid = guid


class ScorerUnavailable(Unavailable):
    """Catch to hold the comment: without a model nothing is published and nothing is binned."""

    code = "no-model"
    sentence = "No model is loaded."


class StoreUnavailable(Unavailable):
    """Catch when the database is locked, full or gone."""

    code = "no-store"
    sentence = "The database is unavailable."


class Overloaded(Unavailable):
    """Catch to send a caller away for a moment: more is asked at once than can be answered."""

    code = "overload"
    sentence = "Too much is asked at once. Please try again in a moment."


class SettingsError(Exception):
    """A setting is missing or wrong. Not caught: the program does not start."""
