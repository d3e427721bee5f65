"""A short road for comment-checks in front of Flask: the same answers for less work.

Flask spends more on routing, contexts and its response than a check costs otherwise. What is said
and done stands in `checking.py`; here is only what Flask would have done around it: the gate, the
count, errors by the one table, headers. A test holds both roads against each other
(`tests/contract/test_lane.py`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from service.akismet import checking, wire
from service.akismet.answer import Answer
from service.akismet.form import MOST_BYTES
from service.domain.submission import new_guid
from service.runtime import Runtime
from service.web.body import read_body
from service.web.errors import told
from service.web.gate import Gate
from service.web.headers import DEFAULTS
from service.web.metrics import Metrics

_PATHS: Final = frozenset({"/1.1/comment-check", "/1.2/comment-check"})
# As Flask's own requests are counted.
_ENDPOINT: Final = "akismet.comment_check"
# Keys with a line of their own at the gate; far more than one server has sites.
_MOST_KNOWN: Final = 10_000
_STATUS: Final = {one.value: f"{one.value} {one.phrase.upper()}" for one in HTTPStatus}


class Lane:
    """A WSGI application: answers comment-checks, hands everything else to *behind*."""

    def __init__(
        self, behind: WSGIApplication, runtime: Runtime, gate: Gate, counted: Metrics
    ) -> None:
        self.behind = behind
        self._runtime = runtime
        self.gate = gate
        self._counted = counted
        # Whose key was good before. Others share one line: else a stranger with ever new keys
        # would have as many lines.
        self._known: dict[str, None] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        if environ.get("PATH_INFO") not in _PATHS or environ["REQUEST_METHOD"] != "POST":
            return self.behind(environ, start_response)
        began = time.perf_counter()
        made = self._answer(environ)
        body = made.body.encode()
        headers = [
            ("Content-Type", made.content_type),
            ("Content-Length", str(len(body))),
            *made.headers.items(),
            *DEFAULTS,
        ]
        # Counted before it is sent, as Flask's are: a client that hangs up was answered.
        self._counted.observe(_ENDPOINT, made.status, time.perf_counter() - began)
        start_response(_STATUS[made.status], headers)
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        # Before anything can fail: a refusal without a guid is published (WORDPRESS.md, fact 2).
        guid = new_guid()
        try:
            # All of it before a turn is taken: a slow client is in nobody's way.
            body = read_body(environ, MOST_BYTES)
            name = name_of(body, environ.get("HTTP_HOST", ""))
            self.gate.enter(name if name in self._known else "")
            try:
                made = checking.answer_check(environ, guid, self._runtime, body=body)
            finally:
                self.gate.leave()
            self._know(name)
            return made  # noqa: TRY300 - what was answered was answered to a good key
        except Exception as error:  # noqa: BLE001 - as Flask's own handler does
            known, status, sentence = told(error, _ENDPOINT)
            return checking.refuse(known, status, sentence, endpoint=checking.CHECK, guid=guid)

    def _know(self, name: str) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[name] = None


def name_of(body: bytes, host: str) -> str:
    """What the key of a check is called at the gate: never itself; "" when none is found.

    Looked for where clients write it, without reading the form. O(length), some microseconds.
    """
    fields = b"&" + body
    for field in (b"&api_key=", b"&key="):
        at = fields.find(field)
        if at >= 0:
            begin = at + len(field)
            return str(hash(fields[begin : begin + 80].partition(b"&")[0]))
    key = wire.key_in_host(host)
    return str(hash(key.encode())) if key else ""
