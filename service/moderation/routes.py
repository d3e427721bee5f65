"""The pages, gathered: importing this hangs every one of them on the blueprint."""

from __future__ import annotations

from service.moderation import (
    bulks,
    campaigns,
    decisions,
    elsewhere,
    entries,
    events,
    filters,
    item,
    item_more,
    log,
    markup,
    model,
    notice,
    people,
    plugin,
    privacy,
    profile,
    signing_in,
    sites,
    webhooks,
)
from service.moderation.blueprint import front, moderation, render_error

__all__ = [
    "bulks",
    "campaigns",
    "decisions",
    "elsewhere",
    "entries",
    "events",
    "filters",
    "front",
    "item",
    "item_more",
    "log",
    "markup",
    "model",
    "moderation",
    "notice",
    "people",
    "plugin",
    "privacy",
    "profile",
    "render_error",
    "signing_in",
    "sites",
    "webhooks",
]
