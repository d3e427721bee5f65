"""What the calls have in common whichever road they came by: who calls, the check, a refusal.

Both roads, Flask's (`routes.py`) and the short one in front of it (`lane.py`), end here; a test
holds them against each other byte for byte (`tests/contract/test_lane.py`).
"""

from __future__ import annotations

from typing import Final
from wsgiref.types import WSGIEnvironment

from werkzeug.wsgi import get_host

from service import errors as e
from service.akismet import answer, wire
from service.akismet.answer import Answer
from service.akismet.form import MOST_BYTES, Pairs, read_pairs
from service.domain.caller import Caller
from service.domain.scope import Scope
from service.domain.site import UnsureMeans
from service.domain.submission import new_guid
from service.runtime import Runtime
from service.web.body import read_body
from service.workflows.check_comment import check_comment
from service.workflows.find_caller import find_caller
from service.workflows.keep_key import keep_key
from service.workflows.name_attempt import name_attempt

CHECK: Final = "comment-check"
# The calls whose `invalid` clients would read as a verdict without this header (§9.3).
_JUDGING: Final = frozenset({CHECK, "submit-spam", "submit-ham"})
_SCOPES: Final = {
    CHECK: Scope.CHECK,
    "submit-spam": Scope.FEEDBACK,
    "submit-ham": Scope.FEEDBACK,
}
_BAD_KEY: Final = "The key is missing, unknown or revoked"


def read_request(environ: WSGIEnvironment) -> Pairs:
    """Every field of a request. Raises BadInput and BodyTooLarge."""
    return _read(environ)[1]


def _read(environ: WSGIEnvironment, body: bytes | None = None) -> tuple[tuple[bytes, ...], Pairs]:
    """All that a request says, piece by piece, and its fields: they may stand in any."""
    body = read_body(environ, MOST_BYTES) if body is None else body
    query = environ.get("QUERY_STRING", "").encode("latin-1")
    kind = environ.get("CONTENT_TYPE", "")
    said = (kind.encode("utf-8", "replace"), query, body)
    return said, read_pairs(body, kind, query)


def find_by_call(
    endpoint: str, pairs: Pairs, host: str, here: Runtime, *, blog: str | None = None
) -> Caller:
    """Who calls *endpoint*, by the key wherever it stands. Raises UnknownKey.

    A key that may not do this is as good as none here: the wire has one word for both.
    """
    try:
        return find_caller(
            wire.read_key(endpoint, pairs, host),
            wire.read_blog(pairs) if blog is None else blog,
            scope=_SCOPES.get(endpoint),
            store=here.store,
            secret=here.secret,
            now=here.clock(),
        )
    except e.NotPermitted as error:
        raise e.UnknownKey(detail=str(error)) from None


def answer_check(
    environ: WSGIEnvironment, guid: str, here: Runtime, *, body: bytes | None = None
) -> Answer:
    """`true` or `false` to one comment-check, after the comment is on disk under *guid*.

    *body* is the request's, if it was read already.

    Attempts of one check, as WordPress makes them, have one guid of their own (`name_attempt`).

    Raises what stands in the way, for `refuse`: BadInput, UnknownKey, MissingField, Unavailable.
    """
    said, pairs = _read(environ, body)
    host, client = get_host(environ), environ.get("HTTP_USER_AGENT", "")
    caller = find_by_call(CHECK, pairs, host, here)
    wire.require_comment_fields(pairs)
    arrival = wire.read_arrival(pairs, client, key_id=caller.key.key_id)
    if wire.asks_again(client) and not arrival.is_test:
        guid = name_attempt(
            b"\n".join(said),
            caller.key.key_id,
            store=here.store,
            secret=here.secret,
            now=here.clock(),
        )
    if arrival.callback and caller.site.policy.unsure is UnsureMeans.HOLD and not caller.is_sealed:
        text = wire.read_key(CHECK, pairs, host)
        keep_key(caller.key, text, store=here.store, secret=here.secret)
    done = check_comment(
        arrival,
        caller.site,
        store=here.store,
        scorer=here.scorer,
        now=here.clock(),
        guid=guid,
    )
    if done.scoring is None:
        raise e.ScorerUnavailable
    made = answer.write_verdict(done.scoring.verdict, caller.site.policy, arrival, done.guid)
    made.headers.update(answer.write_mirror(done.scoring))
    return made


def refuse(
    error: e.ServiceError | None, status: int, sentence: str, *, endpoint: str, guid: str = ""
) -> Answer:
    """A refusal as Akismet's clients read it: never one of the words that are verdicts."""
    # A refusal of a check without a guid is published (WORDPRESS.md, fact 2).
    guid = guid or (new_guid() if endpoint == CHECK else "")
    if isinstance(error, e.SuspendedKey):
        return answer.write_suspended(guid, is_judging=endpoint in _JUDGING)
    if isinstance(error, e.UnknownKey):
        # Clients look for the word, not for the status.
        return answer.write_invalid(guid, _BAD_KEY if endpoint in _JUDGING else "")
    if isinstance(error, e.MissingField):
        return answer.write_missing(error.field, guid)
    if isinstance(error, e.Unavailable):
        told = error.guid or guid
        return answer.write_trouble("temporarily unavailable", status, told, error.retry_after_s)
    return answer.write_trouble(sentence, status, guid)
