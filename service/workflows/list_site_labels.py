"""What people decided on one Site and what still stands: the labels its layer is built from."""

from __future__ import annotations

from models.comment import Label
from models.site_labels import SiteLabel
from models.site_layer import MOST_LABELS
from service.domain.decision import Source, standing
from service.storage.store import Store

# Removed ones have no label; a few more are read so that enough labels are left.
_MOST_READ = MOST_LABELS + MOST_LABELS // 4


def list_site_labels(site_id: int, *, store: Store) -> list[SiteLabel]:
    """The newest standing labels of this Site, oldest first (fast I/O, one transaction).

    Only what a person said: a Verdict is never a label, and what was undone is not there.
    """
    with store.read() as unit:
        submissions = unit.submissions.list_labelled(site_id, limit=_MOST_READ)
        decisions = unit.decisions.list_of_site(site_id, limit=_MOST_READ * 2)
    labels = []
    for submission in reversed(submissions):
        holds = standing(decisions.get(submission.submission_id, ()))
        label = holds.act.label if holds else None
        if holds is None or label is None:
            continue
        labels.append(
            SiteLabel(
                key=submission.guid,
                comment=submission.arrival.comment,
                is_spam=label is Label.SPAM,
                is_moderator=holds.source is Source.MODERATOR,
                decided_at=holds.decided_at,
            ),
        )
    return labels[-MOST_LABELS:]
