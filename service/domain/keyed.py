"""HMAC-SHA256 for what is asked at every check."""

from __future__ import annotations

import hmac
from functools import lru_cache


def keyed_hash(key: bytes, told: bytes) -> str:
    """HMAC-SHA256 of *told* by *key*, as 64 hex characters. Free."""
    begun = _begun(key).copy()
    begun.update(told)
    return begun.hexdigest()


# Making one costs more than using it; a deployment has two or three keys at a time.
@lru_cache(maxsize=8)
def _begun(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")
