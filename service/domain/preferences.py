"""Preferences: how one person likes the pages. Read from anything, written as JSON."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any, Final

from service.errors import InvalidField


class Theme(enum.Enum):
    """How the pages look."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Shortcuts(enum.Enum):
    """What single keys do: nothing, what the table says, or what this person chose."""

    OFF = "off"
    ON = "on"
    OWN = "own"


class Digest(enum.Enum):
    """How often a summary is mailed."""

    OFF = "off"
    HOURLY = "hourly"
    DAILY = "daily"


class Switch(enum.Enum):
    """What is wanted or not."""

    OFF = "off"
    ON = "on"


# What can have a key of one's own, and the key it has otherwise.
KEYS: Final = {
    "next": "j",
    "previous": "k",
    "approve": "a",
    "spam": "s",
    "remove": "d",
    "skip": "u",
    "undo": "z",
    "select": "x",
    "claim": "c",
    "note": "n",
    "author": "o",
    "expand": "e",
    "focus": "f",
    "reload": "r",
    "search": "/",
    "help": "?",
}
_HOURS: Final = 24
_EXPORT: Final = "chaffinch-keys"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """One person's choices. *keys* holds only what differs from `KEYS`; *digest_hour* is UTC.

    *swipe*: a touched row moved aside is decided. *pauses*: a line after many decisions in a row.
    *blur*: texts of a list are shown only where one is.
    """

    language: str = ""
    theme: Theme = Theme.AUTO
    shortcuts: Shortcuts = Shortcuts.ON
    keys: tuple[tuple[str, str], ...] = ()
    digest: Digest = Digest.OFF
    digest_hour: int = 7
    swipe: Switch = Switch.ON
    pauses: Switch = Switch.ON
    blur: Switch = Switch.OFF

    @property
    def keymap(self) -> dict[str, str]:
        """Every action with the key that does it for this person; empty when keys are off."""
        if self.shortcuts is Shortcuts.OFF:
            return {}
        return KEYS | (dict(self.keys) if self.shortcuts is Shortcuts.OWN else {})


def write_preferences(choices: Preferences) -> dict[str, Any]:
    """The JSON spelling of *choices*."""
    return {
        "language": choices.language,
        "theme": choices.theme.value,
        "shortcuts": choices.shortcuts.value,
        "keys": dict(choices.keys),
        "digest": choices.digest.value,
        "digest_hour": choices.digest_hour,
        "swipe": choices.swipe.value,
        "pauses": choices.pauses.value,
        "blur": choices.blur.value,
    }


def read_preferences(row: Mapping[str, Any]) -> Preferences:
    """The Preferences that `write_preferences` wrote; what is missing takes today's default.

    Raises InvalidField when a choice is none of ours.
    """
    default = write_preferences(Preferences())
    choices = default | {name: row[name] for name in default if name in row}
    try:
        hour = int(choices["digest_hour"])
        made = Preferences(
            language=str(choices["language"])[:10],
            theme=Theme(choices["theme"]),
            shortcuts=Shortcuts(choices["shortcuts"]),
            keys=read_keys(choices["keys"]),
            digest=Digest(choices["digest"]),
            digest_hour=hour,
            swipe=Switch(choices["swipe"]),
            pauses=Switch(choices["pauses"]),
            blur=Switch(choices["blur"]),
        )
    except (ValueError, TypeError, AttributeError):
        raise InvalidField("preferences", "This is none of the choices.") from None
    if not 0 <= hour < _HOURS:
        raise InvalidField("digest_hour", "An hour of the day is 0 to 23.")
    return made


def read_keys(keys: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Own keys, as differences from `KEYS`. Raises InvalidField when two actions share a key."""
    chosen = {name: str(keys.get(name, key)).strip() or key for name, key in KEYS.items()}
    for key in chosen.values():
        if len(key) != 1 or not key.isprintable() or key.isspace():
            raise InvalidField("keys", "A key of your own is one letter, digit or sign.")
        if list(chosen.values()).count(key) > 1:
            raise InvalidField("keys", f"Two actions cannot have the same key: {key}")
    return tuple((name, key) for name, key in chosen.items() if key != KEYS[name])


def write_export(choices: Preferences) -> dict[str, Any]:
    """Own keys as a file to take along."""
    return {"format": _EXPORT, "keys": KEYS | dict(choices.keys)}


def read_export(row: object) -> tuple[tuple[str, str], ...]:
    """The keys in such a file. Raises InvalidField when it is none."""
    if not isinstance(row, dict) or row.get("format") != _EXPORT:
        raise InvalidField("keys", "This is not a file of keys from Chaffinch.")
    keys = row.get("keys")
    if not isinstance(keys, dict):
        raise InvalidField("keys", "This is not a file of keys from Chaffinch.")
    return read_keys({str(name): str(key) for name, key in keys.items()})
