"""What a Site says of a comment, kept: a Decision of Source SITE about the one it speaks of."""

from __future__ import annotations

import datetime as dt
from typing import Final

from service.domain.decision import Act, Decision, Source, standing
from service.domain.submission import Arrival, Submission, content_hash
from service.storage.unit import Unit

# WordPress and its like empty their bins after a month: later nothing is reported any more.
_GARBLED: Final = dt.timedelta(days=30)


def hear_report(unit: Unit, reported: Submission, act: Act) -> Submission:
    """The Submission that is spoken of, with what holds now; to be committed (fast I/O).

    Found by guid inside its Site, else by text and author, be they spelled in another charset
    (a month back); one never seen before is stored as *reported*. The same report twice counts
    once. A test report about a real comment changes nothing.
    """
    arrival, now = reported.arrival, reported.received_at
    found = _find(unit, arrival, reported.site_id, now=now)
    if found is not None and arrival.is_test and not found.arrival.is_test:
        return found
    submission = found or _add(unit, reported)
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
    return unit.settle(submission, decisions, after)


def _find(unit: Unit, arrival: Arrival, site_id: int, *, now: dt.datetime) -> Submission | None:
    if arrival.guid:
        found = unit.submissions.find(arrival.guid, site_ids=(site_id,), lock=True)
        if found is not None:
            return found
    # A blog that sends its report twice at once must not make two of one comment.
    unit.alone(f"report {site_id} {content_hash(arrival.comment)}")
    found = unit.submissions.find_same(site_id, arrival.comment)
    if found is not None:
        return found
    guid = unit.submissions.find_garbled(site_id, arrival.comment, since=now - _GARBLED)
    return unit.submissions.find(guid, site_ids=(site_id,), lock=True)


def _add(unit: Unit, reported: Submission) -> Submission:
    unit.submissions.append([reported])
    return unit.submissions.get(reported.guid)


def _is_said_already(decisions: list[Decision], act: Act) -> bool:
    said = standing(d for d in decisions if d.source is Source.SITE)
    return said is not None and said.act is act
