"""The pages, gathered: importing this hangs every one of them on the blueprint."""

from __future__ import annotations

from service.moderation import bulks, campaigns, decisions, item, signing_in
from service.moderation.blueprint import moderation, render_error
from service.moderation.lists import front

__all__ = [
    "bulks",
    "campaigns",
    "decisions",
    "front",
    "item",
    "moderation",
    "render_error",
    "signing_in",
]
