"""A Site says that we were wrong: submit-spam and submit-ham leave a Decision of Source SITE."""

from __future__ import annotations

import datetime as dt

from service.domain.decision import Act, outcome
from service.domain.site import Site, same_address
from service.domain.submission import Arrival, Kind, Submission, new_guid, without_address
from service.errors import StoreUnavailable
from service.storage.reports import hear_report
from service.storage.store import Store


def report_mistake(
    arrival: Arrival,
    act: Act,
    site: Site,
    *,
    may_wait: bool = False,
    store: Store,
    now: dt.datetime,
) -> Submission:
    """The Submission the Site speaks of, with what holds now (one transaction, fast I/O).

    Found by guid inside this Site, else by text and author, be they spelled in another charset
    (a month back). One never seen before is stored as
    reported, without a Verdict: the machine had said nothing. The same report twice counts once.
    A test report about a real comment changes nothing.

    With *may_wait* a report that the database does not take is kept in the spool, synced, and heard
    as soon as it does: what comes back then is only what was reported. WordPress says it once and
    reads no answer. Raises StoreUnavailable when neither took it.
    """
    reported = Submission(
        submission_id=0,
        guid=new_guid(),
        site_id=site.site_id,
        kind=Kind.REPORT,
        received_at=now,
        arrival=without_address(arrival, store.address_key(now)),
        scoring=None,
        outcome=outcome(None, ()),
        version=0,
        other_blog="" if same_address(arrival.blog) == site.address else arrival.blog,
    )
    try:
        with store.quick_begin() as unit:
            heard = hear_report(unit, reported, act)
            unit.commit()
            return heard
    except StoreUnavailable:
        if not may_wait or store.spool is None:
            raise
        store.keep_report(reported, act)
        return reported
