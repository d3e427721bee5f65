"""What events are called on pages."""

from __future__ import annotations

from typing import Final

from service.domain.event import PAUSED, EventKind, EventState, Receiver
from service.web.language import said as _l

STATES: Final = {
    EventState.WAITING: _l("waits"),
    EventState.SENT: _l("sent"),
    EventState.DEAD: _l("given up"),
}
KINDS: Final = {
    EventKind.DECISION: _l("decided"),
    EventKind.UNDO: _l("taken back"),
    EventKind.REPORT: _l("reported by the blog"),
    EventKind.HOLD: _l("nobody decided in time"),
}
RECEIVERS: Final = {
    Receiver.AKISMET: _l("the blog"),
    Receiver.WEBHOOK: _l("a webhook"),
}
# What stands in an Event as the reason of a failure, most of it the names of errors.
TROUBLES: Final = {
    PAUSED: _l("the webhook is paused"),
    "put off": _l("put off: another event for the same address was not answered"),
    "the webhook was removed": _l("the webhook was removed"),
    "the secret was sealed by another deployment": _l(
        "the secret was sealed by another deployment: replace it"
    ),
    "InvalidIPAddress": _l("refused: the address is inside a private network"),
    "ConnectionError": _l("nobody answers there"),
    "ConnectTimeout": _l("nobody answers there"),
    "ReadTimeout": _l("it took too long to answer"),
    "SSLError": _l("its certificate cannot be trusted"),
}
