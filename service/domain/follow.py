"""Follow: what comes like a campaign in the next days is decided as a person decided it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from service.domain.decision import Act

LASTS: Final = dt.timedelta(days=7)
# Nothing is published because it looks like something else.
FOLLOWING: Final = (Act.SPAM, Act.REMOVE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A campaign whose next members get *act*, until *ends_at*. *bulk_guid* takes all of it back.

    *caught* counts what was decided by it so far, *reason* is why.
    """

    follow_id: int
    campaign_id: int
    bulk_id: int
    bulk_guid: str
    moderator_id: int
    moderator: str
    act: Act
    made_at: dt.datetime
    ends_at: dt.datetime
    caught: int
    reason: str = ""
