"""Secrets we must be able to read again: sealed with a key that is not in the database.

A Key of a Site is kept as a hash, because nothing of ours ever needs its text, but one thing:
WordPress lets a webhook in only when it carries that very text (class.akismet-rest-api.php,
remote_call_permission_callback). So the text is kept too, encrypted, and only for a Site whose
Policy holds comments; a change of that Policy and the end of the Key destroy it. The same holds
for the secrets of signed webhooks, which sign with their text.

The encryption key is derived from the deployment's secret, which stands in a file or variable and
never in the database: a stolen dump tells nothing. Fernet also authenticates, so a changed row is
refused, not sent.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def _fernet(secret: str) -> Fernet:
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"chaffinch sealed secrets")
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret.encode())))


def seal(text: str, secret: str) -> str:
    """*text* encrypted for this deployment; each call gives another spelling (about 50 µs)."""
    return _fernet(secret).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, secret: str) -> str | None:
    """The text behind *sealed*, or None when another deployment sealed it or it was changed."""
    try:
        return _fernet(secret).decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeDecodeError):
        return None
