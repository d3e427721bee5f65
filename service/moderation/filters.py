"""What templates can do with a value: `browser` names one, `tell` says a sentence of below."""

from __future__ import annotations

from typing import Final

from service.moderation.blueprint import moderation
from service.moderation.letters import visible
from service.moderation.sayings import tell

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

moderation.add_app_template_filter(tell, "tell")


@moderation.app_template_filter("browser")
def name_browser(agent: str) -> str:
    """Browser and system in *agent*, or as much of it as fits. Free."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return " · ".join(filter(None, (browser, system))) or visible(agent[:_MOST])
