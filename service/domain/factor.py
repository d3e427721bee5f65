"""The second factor: time-based codes (RFC 6238), recovery codes, and secrets kept sealed."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from typing import Final

import pyotp
from cryptography.fernet import Fernet, InvalidToken

STEP_S: Final = 30
_CODES: Final = 10
# A phone's clock may be half a minute off, either way.
_SLACK: Final = 1


def new_factor() -> str:
    """A random secret, as authenticator programs take it (160 bits)."""
    return str(pyotp.random_base32())


def factor_uri(factor: str, *, name: str, issuer: str) -> str:
    """What the square to scan says."""
    return str(pyotp.TOTP(factor).provisioning_uri(name=name, issuer_name=issuer))


def find_step(factor: str, code: str, *, after: int, now: dt.datetime) -> int | None:
    """The step that *code* belongs to, or None when it is none of now's.

    Steps up to *after* were used already: a code that was looked over a shoulder opens nothing.
    """
    code = "".join(code.split())
    current = int(now.timestamp()) // STEP_S
    found = None
    for step in range(current - _SLACK, current + _SLACK + 1):
        expected = pyotp.TOTP(factor).at(step * STEP_S)
        if hmac.compare_digest(expected.encode(), code.encode("utf-8", "replace")):
            found = step
    return found if found is not None and found > after else None


def new_recovery_codes() -> list[str]:
    """Codes that each open once, for the day the phone is gone (each 50 bits)."""
    return [_grouped(base64.b32encode(secrets.token_bytes(7)).decode()[:10]) for _ in range(_CODES)]


def _grouped(code: str) -> str:
    return f"{code[:5]}-{code[5:]}".lower()


def recovery_hash(code: str, secret: str) -> str:
    """What is kept of a recovery code; spaces, dashes and letter case don't count."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    text = f"recovery:{plain}".encode("utf-8", "replace")
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def seal(text: str, secret: str) -> str:
    """*text* encrypted with the deployment's *secret*."""
    return _box(secret).encrypt(text.encode()).decode()


def unseal(sealed: str, secret: str) -> str:
    """What `seal` was given. Raises ValueError when it was sealed with another secret."""
    try:
        return _box(secret).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError("sealed with another secret") from None


def _box(secret: str) -> Fernet:
    key = hmac.new(secret.encode(), b"second factor", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
