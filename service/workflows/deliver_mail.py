"""Send the mail that waits, one at a time, each by one process alone."""

from __future__ import annotations

import datetime as dt
from typing import Final

from service.errors import Unavailable
from service.mailer import Sends
from service.storage.store import Store

# Longer than a mail server may take; who dies in the middle lets go after this.
_LEASE: Final = dt.timedelta(minutes=5)
# Tried again after 1, 2, 4 … minutes; the tenth time is after eight hours, then it is given up.
_MOST_TRIES: Final = 10


def deliver_mail(
    mailer: Sends, *, by: str, most: int = 50, store: Store, now: dt.datetime
) -> tuple[int, int]:
    """Send at most *most* mails; answers with how many went out and how many did not (slow I/O).

    No transaction is open while a mail is under way. A server that refuses ends the round: the
    others would fare no better.
    """
    sent = failed = 0
    while sent < most and not failed:
        with store.begin() as unit:
            mail = unit.chores.claim_mail(by=by, now=now, lease=_LEASE)
            person = unit.moderators.get_by_id(mail.moderator_id) if mail else None
            unit.commit()
        if mail is None or person is None:
            break
        fault, next_at = "", None
        try:
            if person.email and person.deactivated_at is None:
                mailer.send(person.email, mail.subject, mail.body)
        except Unavailable as error:
            fault = error.detail or str(error)
            if mail.tries < _MOST_TRIES:
                next_at = now + dt.timedelta(minutes=2 ** (mail.tries - 1))
        with store.begin() as unit:
            if fault:
                failed += 1
                unit.chores.set_mail_failed(mail.mail_id, by=by, next_at=next_at, fault=fault)
            else:
                sent += 1
                unit.chores.set_mail_sent(mail.mail_id, by=by, now=now)
            unit.commit()
    return sent, failed
