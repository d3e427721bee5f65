"""Who wrote a comment, as far as a visitor has an identity, and when that earns trust."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Final

from models.comment import Comment

# So many of an author's comments approved by moderators, and none called spam.
TRUSTED_FROM: Final = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How moderators decided about one author on one Site."""

    approved: int = 0
    spam: int = 0

    @property
    def is_trusted(self) -> bool:
        """Whether a bulk leaves this author out unless told otherwise."""
        return self.approved >= TRUSTED_FROM and self.spam == 0


def author_key(comment: Comment) -> str | None:
    """16 hex characters that stand for this author, None when there is no e-mail. Free.

    Name and e-mail together: an e-mail alone can be guessed (WISHES 59).
    """
    email = comment.author_email.strip().lower()
    if not email:
        return None
    name = " ".join(comment.author.casefold().split())
    text = f"{email}\x1f{name}".encode("utf-8", "replace")
    return hashlib.sha256(text).hexdigest()[:16]
