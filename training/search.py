"""Try several recipes on the same folds and rank them by what they find on unseen units."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

from sklearn.metrics import roc_auc_score

from training.evaluate import recall_at
from training.example import Example
from training.fit import tabulate, unseen_logits
from training.recipe import Recipe


@dataclasses.dataclass(frozen=True, slots=True)
class Tried:
    """A recipe, and its AUC and recall at 1 % FPR over five folds by blog, post or video."""

    recipe: Recipe
    auc: float
    recall: float


def search(
    examples: Sequence[Example],
    recipes: Sequence[Recipe],
    *,
    jobs: int = 1,
    seen: Callable[[str], None] = lambda _: None,
) -> Iterator[Tried]:
    """Each of *recipes* measured, in order (heavy CPU: five fits each, *jobs* at a time).

    Raises NotEnoughLabels.
    """
    for turn, recipe in enumerate(recipes, 1):
        table = tabulate(examples, recipe, jobs=jobs)
        logits = unseen_logits(table, recipe, jobs=jobs)
        seen(f"recipe {turn} of {len(recipes)}")
        auc = float(roc_auc_score(table.is_spam, logits))
        yield Tried(recipe, auc, recall_at(table.is_spam, logits, 0.01))
