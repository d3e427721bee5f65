"""The conditions a candidate must meet to become live, each with its reason."""

from __future__ import annotations

from typing import Final

from training.compare import Comparison

# A good comment hidden is what people forgive least: no candidate may hide more than this.
_MOST_HIDDEN: Final = 0.01
# Noise on a few hundred comments; beyond it the candidate is worse.
_MORE_HIDDEN: Final = 0.005
_LESS_CAUGHT: Final = 0.02
_P: Final = 0.05


def refusals(found: Comparison) -> list[str]:
    """Why the candidate may not become live; empty when it may."""
    reasons = []
    if found.hidden_after > max(_MOST_HIDDEN, found.hidden_before):
        reasons.append(
            f"it hides {found.hidden_after:.2%} of good comments, "
            f"the live one {found.hidden_before:.2%}"
        )
    if found.hidden_after > found.hidden_before + _MORE_HIDDEN:
        reasons.append(
            f"it hides {found.hidden_after - found.hidden_before:.2%} more good comments"
        )
    if found.caught_after < found.caught_before - _LESS_CAUGHT:
        reasons.append(
            f"it catches {found.caught_after:.1%} of spam, the live one {found.caught_before:.1%}"
        )
    if found.lost > found.won and found.p < _P:
        reasons.append(f"it lost {found.lost} comments and won {found.won} (p = {found.p:.3f})")
    return reasons
