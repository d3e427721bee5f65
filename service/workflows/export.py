"""Labels out: what people decided, as training eats it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from models.comment import write_comment
from service.domain.decision import Source, standing
from service.storage.store import Store

# A Site's report counts half a moderator's Decision: nobody knows who pressed the button there.
_WEIGHTS: Final = {Source.MODERATOR: 1.0, Source.SITE: 0.5}


def export(*, since: dt.datetime | None = None, store: Store) -> Iterator[dict[str, Any]]:
    """One row for each Submission whose standing Decision states a Label, oldest first.

    Flat memory. Removed and undone ones teach nothing and are left out, and so are most of a bulk
    of near-duplicates, test calls, and Submissions whose text was forgotten.
    """
    with store.read() as unit:
        blogs = {site.site_id: site.blog for site in unit.sites.list_all()}
        for submission in unit.submissions.each_labelled(since=since):
            holds = standing(unit.decisions.list_of(submission.submission_id))
            label = holds.act.label if holds else None
            comment = write_comment(submission.arrival.comment)
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
            }
