"""Ask a Chaffinch server about comments, from Flask, Django or anything else in Python.

    chaffinch = Client("https://spam.example.org", "YOUR_KEY")
    answer = chaffinch.check(text=text, author=name, environ=request.environ)
    if answer.verdict is Verdict.SPAM: ...     # keep it away
    publish = answer.verdict is Verdict.HAM    # HOLD waits for a person

Nothing here raises into your blog unless you ask for it: when the server is slow, gone or refuses,
the answer is HOLD, which neither publishes spam nor loses a reader's comment. Needs only requests.
"""

from __future__ import annotations

import dataclasses
import enum
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

__all__ = ["Answer", "ChaffinchError", "Client", "Reason", "Verdict"]
_JSON: Final = "application/json"
# What the server may say for a moment; the same call again is answered alike and counts once.
_PASSING: Final = (429, 502, 503, 504)
_MOST_ITEMS: Final = 1000
_OK: Final = 200


class ChaffinchError(Exception):
    """The server could not be asked, or refused; raised only by a Client with *raises*.

    *status* is its HTTP status, 0 when none came; *code* is its word for the reason, "" for none.
    """

    def __init__(self, sentence: str, *, status: int = 0, code: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


class Verdict(enum.Enum):
    """Publish it, hold it for a person, or keep it away."""

    HAM = "ham"
    HOLD = "unsure"
    SPAM = "spam"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that moved the score: *weight* in logits, plus for spam; None for a rule."""

    code: str
    name: str
    value: str = ""
    weight: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server says about one comment. Keep *guid* with it: feedback names it.

    *is_blatant* spam may be thrown away unseen. *error* is "" or why this answer is a HOLD that the
    server never gave.
    """

    verdict: Verdict = Verdict.HOLD
    guid: str = ""
    is_blatant: bool = False
    score: float | None = None
    model: str = ""
    reasons: tuple[Reason, ...] = ()
    error: str = ""


class Client:
    """One server and one key. Safe to share between threads; opens nothing before the first call.

    *timeout_s* bounds the wait for each try, *tries* how many there are: a call takes at most
    about their product, by default 10 seconds. With *raises* trouble is a ChaffinchError instead.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 5.0,
        tries: int = 2,
        blog: str = "",
        raises: bool = False,
    ) -> None:
        self._api = url.rstrip("/") + "/api/v1/"
        self._blog = blog
        self._raises = raises
        self._timeout = (min(timeout_s, 3.0), timeout_s)
        retry = Retry(
            total=tries - 1,
            status_forcelist=_PASSING,
            allowed_methods=None,
            backoff_factor=0.2,
            backoff_jitter=0.2,
            # A page that is being loaded cannot wait for as long as a server may ask.
            respect_retry_after_header=False,
            raise_on_status=False,
            redirect=0,
        )
        self._session = requests.Session()
        # Never the proxy, the .netrc or the certificates that the environment of a blog may name.
        self._session.trust_env = False
        self._session.headers.update({"Authorization": f"Bearer {key}", "Accept": _JSON})
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def check(
        self,
        *,
        text: str,
        environ: Mapping[str, Any] | None = None,
        comment_id: str = "",
        is_test: bool = False,
        **comment: object,
    ) -> Answer:
        """The Answer about one comment; HOLD when there is none.

        *environ* is the request's WSGI environ (Flask: `request.environ`, Django: `request.META`)
        and fills in user_ip, user_agent and referrer. *comment*: author, author_email, author_url,
        permalink, comment_type, honeypot and the other fields of the API.
        """
        known = _from_environ(environ or {}) | comment | {"text": text}
        body = {"comment": known, "comment_id": comment_id, "is_test": is_test, "blog": self._blog}
        try:
            return _answer(self._post("check", body))
        except ChaffinchError as error:
            return self._failed(error)

    def check_many(self, comments: Iterable[Mapping[str, Any]]) -> list[Answer]:
        """The Answers about many comments (the API's fields), in order; a thousand to a call."""
        waiting = list(comments)
        found: list[Answer] = []
        for start in range(0, len(waiting), _MOST_ITEMS):
            found += self._batch(waiting[start : start + _MOST_ITEMS])
        return found

    def _batch(self, part: Sequence[Mapping[str, Any]]) -> list[Answer]:
        items = [{"comment": dict(one)} for one in part]
        try:
            told = self._post("checks", {"items": items, "blog": self._blog}).get("items")
        except ChaffinchError as error:
            return [self._failed(error)] * len(part)
        if not isinstance(told, list) or len(told) != len(part):
            return [self._failed(ChaffinchError("The server answered something else."))] * len(part)
        return [self._item(one) for one in told]

    def _item(self, one: Any) -> Answer:  # noqa: ANN401 - whatever JSON holds
        if isinstance(one, dict) and isinstance(one.get("judged"), dict):
            try:
                return _answer(one["judged"])
            except ChaffinchError as error:
                return self._failed(error)
        problem = one.get("problem") if isinstance(one, dict) else None
        detail = problem.get("detail") if isinstance(problem, dict) else None
        return Answer(error=str(detail or "The server answered something else."))

    def feedback(self, guid: str, *, is_spam: bool, reporter: str = "") -> bool:
        """Tell what your people say about a checked comment; whether the server heard it."""
        label = "spam" if is_spam else "ham"
        body = {"guid": guid, "label": label, "reporter": reporter, "blog": self._blog}
        try:
            self._post("feedback", body)
        except ChaffinchError:
            if self._raises:
                raise
            return False
        return True

    def _failed(self, error: ChaffinchError) -> Answer:
        if self._raises:
            raise error
        return Answer(error=str(error))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        # The same name at every try of this call: a try whose answer was lost is not counted twice.
        headers = {"Idempotency-Key": secrets.token_urlsafe(18)}
        try:
            answer = self._session.post(
                self._api + path,
                json=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
            told = answer.json()
        except (requests.RequestException, ValueError, TypeError, RecursionError) as error:
            kind = type(error).__name__
            raise ChaffinchError(f"The server could not be asked ({kind}).") from None
        if not isinstance(told, dict):
            raise ChaffinchError("The server answered something else.", status=answer.status_code)
        if answer.status_code != _OK:
            raise ChaffinchError(
                str(told.get("detail") or "The server refused."),
                status=answer.status_code,
                code=str(told.get("code") or ""),
            )
        return told


def _from_environ(environ: Mapping[str, Any]) -> dict[str, object]:
    names = {
        "user_ip": "REMOTE_ADDR",
        "user_agent": "HTTP_USER_AGENT",
        "referrer": "HTTP_REFERER",
    }
    return {name: str(environ[key]) for name, key in names.items() if environ.get(key)}


def _answer(told: dict[str, Any]) -> Answer:
    try:
        return Answer(
            verdict=Verdict(told["verdict"]),
            guid=str(told["guid"]),
            is_blatant=told.get("blatant") is True,
            score=None if told.get("score") is None else float(told["score"]),
            model=str(told.get("model") or ""),
            reasons=tuple(_reason(one) for one in told.get("reasons") or ()),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise ChaffinchError("The server answered something else.", status=_OK) from None


def _reason(one: dict[str, Any]) -> Reason:
    weight = one.get("weight")
    return Reason(
        code=str(one["code"]),
        name=str(one["name"]),
        value=str(one.get("value") or ""),
        weight=None if weight is None else float(weight),
    )
