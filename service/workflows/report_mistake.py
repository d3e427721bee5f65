"""A Site says that we were wrong: submit-spam and submit-ham leave a Decision of Source SITE."""

from __future__ import annotations

import datetime as dt
from typing import Final

from service.domain.decision import Act, Decision, Source, outcome, standing
from service.domain.site import Site, same_address
from service.domain.submission import (
    Arrival,
    Kind,
    Submission,
    content_hash,
    new_guid,
    without_address,
)
from service.storage.store import Store
from service.storage.unit import Unit

# WordPress and its like empty their bins after a month: later nothing is reported any more.
_GARBLED: Final = dt.timedelta(days=30)


def report_mistake(
    arrival: Arrival, act: Act, site: Site, *, store: Store, now: dt.datetime
) -> Submission:
    """The Submission the Site speaks of, with what holds now (one transaction, fast I/O).

    Found by guid inside this Site, else by text and author, be they spelled in another charset
    (a month back). One never seen before is stored as
    reported, without a Verdict: the machine had said nothing. The same report twice counts once.
    A test report about a real comment changes nothing.
    """
    key = store.address_key(now)
    with store.begin() as unit:
        found = _find(unit, arrival, site, now=now)
        if found is not None and arrival.is_test and not found.arrival.is_test:
            return found
        submission = found or _add(unit, arrival, site, key=key, now=now)
        decisions = unit.decisions.list_of(submission.submission_id)
        if _is_said_already(decisions, act):
            return submission
        unit.decisions.append(
            submission.submission_id,
            act,
            source=Source.SITE,
            now=now,
            reporter=arrival.reporter,
        )
        after = unit.decisions.list_of(submission.submission_id)
        decided = unit.settle(submission, decisions, after)
        unit.commit()
        return decided


def _find(unit: Unit, arrival: Arrival, site: Site, *, now: dt.datetime) -> Submission | None:
    if arrival.guid:
        found = unit.submissions.find(arrival.guid, site_ids=(site.site_id,), lock=True)
        if found is not None:
            return found
    # A blog that sends its report twice at once must not make two of one comment.
    unit.alone(f"report {site.site_id} {content_hash(arrival.comment)}")
    found = unit.submissions.find_same(site.site_id, arrival.comment)
    if found is not None:
        return found
    guid = unit.submissions.find_garbled(site.site_id, arrival.comment, since=now - _GARBLED)
    return unit.submissions.find(guid, site_ids=(site.site_id,), lock=True)


def _add(unit: Unit, arrival: Arrival, site: Site, *, key: bytes, now: dt.datetime) -> Submission:
    new = Submission(
        submission_id=0,
        guid=new_guid(),
        site_id=site.site_id,
        kind=Kind.REPORT,
        received_at=now,
        arrival=without_address(arrival, key),
        scoring=None,
        outcome=outcome(None, ()),
        version=0,
        other_blog="" if same_address(arrival.blog) == site.address else arrival.blog,
    )
    unit.submissions.append([new])
    return unit.submissions.get(new.guid)


def _is_said_already(decisions: list[Decision], act: Act) -> bool:
    said = standing(d for d in decisions if d.source is Source.SITE)
    return said is not None and said.act is act
