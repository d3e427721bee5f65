"""A browser's own long name, in two words that its owner knows it by."""

from __future__ import annotations

from typing import Final

from service.moderation.blueprint import moderation
from service.moderation.letters import visible

# The first that is in the name wins: they all claim to be each other.
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_MOST: Final = 60


@moderation.app_template_filter("browser")
def name_browser(agent: str) -> str:
    """Browser and system in *agent*, or as much of it as fits. Free."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return " · ".join(filter(None, (browser, system))) or visible(agent[:_MOST])
