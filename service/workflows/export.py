"""Labels out: what people decided, as training eats it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from models.comment import Comment, write_comment
from service.domain.address import given_out
from service.domain.decision import Source, standing
from service.domain.history import LabelSource
from service.storage.store import Store
from service.storage.unit import Unit

# A Site's report counts half a moderator's Decision: nobody knows who pressed the button there.
_WEIGHTS: Final = {Source.MODERATOR: 1.0, Source.SITE: 0.5}


def export(*, since: dt.datetime | None = None, store: Store) -> Iterator[dict[str, Any]]:
    """One row for each Submission whose standing Decision states a Label, oldest first.

    Flat memory. Removed and undone ones teach nothing and are left out, and so are most of a bulk
    of near-duplicates, test calls, and Submissions whose text was forgotten. History that was
    brought in follows, with its own weights, but not with *since*: nobody decided it here.
    """
    with store.read() as unit:
        blogs = {site.site_id: site.blog for site in unit.sites.list_all()}
        for submission in unit.submissions.each_labelled(since=since):
            holds = standing(unit.decisions.list_of(submission.submission_id))
            label = holds.act.label if holds else None
            comment = _write(submission.arrival.comment)
            if holds is None or label is None or not comment or not holds.teaches:
                continue
            yield {
                "guid": submission.guid,
                "site": blogs[submission.site_id],
                "comment": comment,
                "label": label.value,
                "weight": _WEIGHTS[holds.source],
                "source": holds.source.value,
                "decided_at": holds.decided_at.isoformat(),
                "received_at": submission.received_at.isoformat(),
                "label_source": LabelSource.HUMAN.value,
                "label_note": "",
            }
        if since is None:
            yield from _history(unit, blogs)


def _write(comment: Comment) -> dict[str, Any]:
    """A pseudonym means nothing in another deployment, and is nobody's business there."""
    return write_comment(dataclasses.replace(comment, user_ip=given_out(comment.user_ip)))


def _history(unit: Unit, blogs: dict[int, str]) -> Iterator[dict[str, Any]]:
    """What was brought in, after all that was decided here."""
    for row_id, site_id, source, past in unit.imports.each_labelled():
        if past.label is None:
            continue
        yield {
            # The name of a row of our own stays what it was in the deployment it came from.
            "guid": past.source_id if source == "jsonl" else f"{source}-{site_id}-{row_id}",
            "site": blogs[site_id],
            "comment": _write(past.comment),
            "label": past.label.value,
            "weight": past.counts,
            "source": past.origin or "IMPORT",
            "decided_at": past.label_at.isoformat() if past.label_at else None,
            "received_at": past.received_at.isoformat() if past.received_at else None,
            "label_source": past.label_source.value,
            "label_note": past.label_note,
        }
