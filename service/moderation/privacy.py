"""What is kept of commenters, for how long, what leaves; one of them shown, taken along, forgotten.

Whom somebody asks about travels in the body of a form alone: an address in a link would stay in
logs and histories.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from typing import Any, Final

import flask
from flask.typing import ResponseReturnValue

from service import errors as e
from service.domain.decision import Outcome
from service.domain.erasure import read_asked
from service.moderation import desk_words
from service.moderation.blueprint import SEE_OTHER, moderation, page
from service.moderation.letters import visible
from service.moderation.words import OUTCOMES
from service.web.auth import signed_in
from service.web.health import runtime
from service.workflows.forget_person import forget_person, show_person
from service.workflows.list_models import list_made_here
from service.workflows.look_at_privacy import WITHIN, Term, find_certificate, look_at_privacy

_MOST_SHOWN: Final = 50
_MOST_LETTERS: Final = 320
_MOST_EXCERPT: Final = 140


@moderation.get("/privacy", endpoint="privacy")
def privacy_page(refusal: str = "") -> ResponseReturnValue:
    """How long texts are kept and what goes when; who hears; whom we forgot."""
    here = runtime()
    shown = page(
        "privacy.html",
        listing="privacy",
        found=look_at_privacy(signed_in(), store=here.store, now=here.clock()),
        within=WITHIN,
        now=here.clock(),
        all_outcomes=len(Outcome),
        fill=_fill,
        mail_host=here.settings.smtp_host,
        sign_in_host=here.settings.oidc_issuer,
        refusal=refusal,
    )
    return shown, 400 if refusal else 200


@moderation.post("/privacy/person", endpoint="privacy_person")
def person_page() -> ResponseReturnValue:
    """What is kept of one person."""
    return _person(is_confirming=False)


@moderation.post("/privacy/export", endpoint="privacy_export")
def person_export() -> ResponseReturnValue:
    """All of it as a file, one JSON object for each comment."""
    try:
        rows = _rows(leaves=True)
        # Whatever is refused is refused before the file begins.
        first = list(itertools.islice(rows, 1))
    except (e.InvalidField, e.NotReady) as error:
        return privacy_page(str(error))
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in itertools.chain(first, rows))
    name = f"chaffinch-person-{runtime().clock():%Y-%m-%d}.jsonl"
    return _file(lines, name, "application/x-ndjson")


@moderation.post("/privacy/erase", endpoint="privacy_erase")
def person_erase() -> ResponseReturnValue:
    """Forget a person; without the word that one is sure, ask for it."""
    here, form = runtime(), flask.request.form
    if form.get("sure") != "yes":
        return _person(is_confirming=True)
    try:
        forget_person(
            read_asked(_who()),
            by=signed_in(),
            data_dir=here.settings.data_dir,
            store=here.store,
            secret=here.secret,
            now=here.clock(),
        )
    except e.Unfinished:
        # The certificate says so, and what finishes it.
        pass
    except (e.InvalidField, e.NotReady) as error:
        return privacy_page(str(error))
    if here.remembered is not None:
        # Who called lately, for a start without a database: lists in it may name the person.
        here.remembered.forget()
    number, _, _ = _certificate(None)
    place = flask.url_for("moderation.privacy_certificate", number=number)
    return flask.redirect(place, SEE_OTHER)


@moderation.get("/privacy/certificate/<int:number>", endpoint="privacy_certificate")
def certificate_page(number: int) -> ResponseReturnValue:
    """What an erasure did, by place."""
    _, found, is_finished = _certificate(number)
    counts = [(getattr(found.counts, name), str(word)) for name, word in desk_words.ERASED.items()]
    return page(
        "certificate.html",
        listing="privacy",
        number=number,
        at=dt.datetime.fromisoformat(found.erased_at),
        found=found,
        counts=counts,
        is_finished=is_finished,
        retrain=_retrain(found.erased_at),
        visible=visible,
    )


@moderation.get("/privacy/certificate/<int:number>.json", endpoint="privacy_download")
def certificate_download(number: int) -> ResponseReturnValue:
    """The same as a file, as the command line prints it."""
    _, found, _ = _certificate(number)
    text = found.write(retrain=_retrain(found.erased_at)) + "\n"
    return _file(iter([text]), f"chaffinch-erasure-{number}.json", "application/json")


def _fill(term: Term, now: dt.datetime) -> int:
    """How much of its time the oldest text of *term* has had, in percent."""
    if term.going is None or term.going.next_at is None or term.days is None:
        return 0
    left = (term.going.next_at - now) / dt.timedelta(days=term.days)
    return round(100 * min(1.0, max(0.0, 1 - left)))


def _who() -> str:
    return flask.request.form.get("who", "").strip()[:_MOST_LETTERS]


def _rows(*, leaves: bool = False) -> Iterator[dict[str, Any]]:
    here = runtime()
    return show_person(
        read_asked(_who()),
        by=signed_in(),
        leaves=leaves,
        store=here.store,
        secret=here.secret,
        now=here.clock(),
    )


def _person(*, is_confirming: bool) -> ResponseReturnValue:
    try:
        rows = list(_rows())
    except (e.InvalidField, e.NotReady) as error:
        return privacy_page(str(error))
    comments = [row for row in rows if "guid" in row]
    return page(
        "person_kept.html",
        listing="privacy",
        who=_who(),
        is_address="@" not in _who(),
        comments=[_shown(row) for row in reversed(comments[-_MOST_SHOWN:])],
        count=len(comments),
        imported=len(rows) - len(comments),
        sites=len({row["site"] for row in comments}),
        outcomes={outcome.value: word for outcome, word in OUTCOMES.items()},
        is_confirming=is_confirming,
        visible=visible,
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    comment = row["comment"]
    return {
        "at": dt.datetime.fromisoformat(row["received_at"]),
        "site": row["site"].partition("//")[2].rstrip("/"),
        "guid": row["guid"],
        "outcome": row["outcome"],
        "author": comment.get("author", "")[:_MOST_EXCERPT],
        "text": comment.get("text", "")[:_MOST_EXCERPT],
    }


def _certificate(number: int | None) -> tuple[int, Any, bool]:
    here = runtime()
    return find_certificate(signed_in(), number, data_dir=here.settings.data_dir, store=here.store)


def _retrain(erased_at: str) -> list[str]:
    return list_made_here(runtime().settings.models_dir, until=erased_at[:10])


def _file(lines: Iterator[str], name: str, kind: str) -> flask.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return flask.Response(lines, mimetype=kind, headers=headers)
