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

from service.akismet import checking
from service.akismet.answer import Answer
from service.domain.submission import new_guid
from service.runtime import Runtime
from service.web.errors import told
from service.web.gate import Gate
from service.web.headers import DEFAULTS
from service.web.metrics import Metrics

_PATHS: Final = frozenset({"/1.1/comment-check", "/1.2/comment-check"})
# As Flask's own requests are counted.
_ENDPOINT: Final = "akismet.comment_check"
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
            self.gate.enter()
            try:
                return checking.answer_check(environ, guid, self._runtime)
            finally:
                self.gate.leave()
        except Exception as error:  # noqa: BLE001 - as Flask's own handler does
            known, status, sentence = told(error)
            return checking.refuse(known, status, sentence, endpoint=checking.CHECK, guid=guid)
