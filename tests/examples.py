"""How many examples Hypothesis draws: as many as a test says, or more when the night asks."""

from __future__ import annotations

import os

from hypothesis import settings

MORE = "CHAFFINCH_TEST_EXAMPLES"
SEED = "CHAFFINCH_TEST_SEED"


def examples(usual: int) -> int:
    """*usual*, or what the night asks for if that is more."""
    return max(usual, int(os.environ.get(MORE, "0")))


def seed(usual: int) -> int:
    """What the night draws by, or *usual*: for what does not draw by pytest's own seed."""
    return int(os.environ.get(SEED, usual))


def draw_more() -> None:
    """Tests that say nothing draw as many, too."""
    if MORE in os.environ:
        settings.register_profile("night", max_examples=examples(1), deadline=None)
        settings.load_profile("night")
