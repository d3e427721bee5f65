"""Verify an event of Chaffinch: the reference, Python standard library only. Copy it.

    event = verify(request.get_data(), request.headers, ["whsec_..."])

Events follow the Standard Webhooks scheme (https://www.standardwebhooks.com), so its libraries for
other languages do as well. Answer 2xx as soon as the event is safe with you; anything else brings
it again. An event may come twice: remember `webhook-id`. Events about one comment come in order,
but one that was given up and sent again comes late: its `data.version` is lower than one you know.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

TOLERANCE_S = 300


class NotGenuine(Exception):
    """The event is forged, changed, too old, or signed with a secret you do not have."""


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Iterable[str],
    *,
    now: float | None = None,
) -> dict[str, Any]:
    """The event in *body*. Raises NotGenuine. Give both *secrets* while one replaces the other."""
    sent = {name.lower(): value for name, value in headers.items()}
    event_id = sent.get("webhook-id", "")
    stamp = sent.get("webhook-timestamp", "")
    if not event_id or not (stamp.isascii() and stamp.isdigit()):
        raise NotGenuine("a header is missing")
    # A captured event is worth nothing five minutes later.
    if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE_S:
        raise NotGenuine("the time stamp is too old or too new")
    signed = f"{event_id}.{stamp}.".encode() + body
    given = [
        one.removeprefix("v1,")
        for one in sent.get("webhook-signature", "").split()
        if one.startswith("v1,")
    ]
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if any(hmac.compare_digest(right.encode(), one.encode()) for one in given):
            event: dict[str, Any] = json.loads(body)
            return event
    raise NotGenuine("no signature matches")
