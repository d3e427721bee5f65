"""Rules of thumb as a second opinion: fixed weights, laid on top of those that were learned.

What they look at are features like any other, so a fit has weights for them already. But what it
learned of links and names of trade it learned on the blogs it has seen; the rules hold on every
blog, and adding them transfers better than either (training/NOTEBOOK.md, "rules as a second
opinion"). The sum is still one linear model, and every contribution exact.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.features import WIDTH, columns

# Points of the rule set that `chaffinch-train peers` measures, by the feature that stands for each:
# a point for each link, two for an author called like an advertisement, and so on.
POINTS: Final = {
    **{f"l:{count}": float(count) for count in range(1, 6)},
    **{f"as:trade{count}": 2.0 for count in range(1, 4)},
    **{f"p:{count}": 0.5 * count for count in range(1, 5)},
    # Half a point only for leaving a link at all: most who comment on blogs do.
    **{f"ud:{depth}": 0.5 for depth in range(4)},
    "as:address": 1.5,
    "r:bbcode": 2.0,
    "utrade": 1.0,
    "utradep": 0.5,
}


def rule_weights() -> NDArray[np.float64]:
    """The points as weights, one for each column."""
    weights = np.zeros(WIDTH)
    for key, points in POINTS.items():
        weights[columns(key)[0]] = points
    return weights
