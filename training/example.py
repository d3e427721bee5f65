"""Example: a Comment with its Label, and where it comes from. What training eats."""

from __future__ import annotations

import dataclasses

from models.comment import Comment, Label


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled Comment. *unit* is what must never be split: a blog, post, video or site.

    *twins* names its near-duplicate group ("" when it has none) and must not be split either.
    *weight* is how much it counts, 1.0 for a person's own decision. Cutoffs look at good comments
    of *is_clean* corpora only: elsewhere the highest scores are spam that somebody let through.
    """

    comment: Comment
    label: Label
    corpus: str
    unit: str
    twins: str = ""
    weight: float = 1.0
    is_clean: bool = True

    @property
    def is_spam(self) -> bool:
        """Whether its Label is SPAM."""
        return self.label is Label.SPAM
