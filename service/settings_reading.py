"""How texts become settings: from variables, files of secrets and a TOML file, each checked.

A refusal names the variable, never the value.
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from service.errors import SettingsError

PREFIX: Final = "CHAFFINCH_"
Field: TypeAlias = "dataclasses.Field[Any]"
Fields: TypeAlias = Mapping[str, Field]
_REDIS: Final = ("redis://", "rediss://", "redis+unix://")
# Read by others than the settings: training's corpora and key, and the test suite's own servers.
_OTHERS: Final = frozenset({"CONFIG", "CORPORA", "MODEL_KEY"})
_TEST_PREFIX: Final = "TEST_"


class Secret:
    """A text that must not be seen: `repr` and `str` show ***; `reveal()` gives it away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. Call it only where it is used."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)


def from_environ(environ: Mapping[str, str], fields: Fields) -> dict[str, Any]:
    """What CHAFFINCH_* variables and the files they name say. Raises SettingsError."""
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        name = variable.removeprefix(PREFIX)
        if name == variable or name in _OTHERS or name.startswith(_TEST_PREFIX):
            continue
        field, is_file = name.lower(), False
        if field.endswith("_file") and fields.get(field.removesuffix("_file")):
            field, is_file = field.removesuffix("_file"), True
        if field not in fields:
            raise SettingsError(_unknown(variable, fields))
        if not text:
            raise SettingsError(f"{variable} is set but empty; set it or leave it out")
        values[field] = _cast(
            fields[field], _read_secret(variable, text) if is_file else text, variable
        )
    return values


def from_file(environ: Mapping[str, str], fields: Fields) -> dict[str, Any]:
    """What the TOML file named by CHAFFINCH_CONFIG says; nothing without one.

    Raises SettingsError.
    """
    place = environ.get(f"{PREFIX}CONFIG")
    if place is None:
        return {}
    try:
        table = tomllib.loads(Path(place).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{PREFIX}CONFIG cannot be read: {type(error).__name__}") from None
    values = {}
    for name, value in table.items():
        if name not in fields:
            raise SettingsError(_unknown(f"{PREFIX}{name.upper()}", fields, f"{name} in the file"))
        values[name] = _cast(fields[name], value, name)
    return values


def _unknown(variable: str, fields: Fields, shown: str = "") -> str:
    names = [f"{PREFIX}{name.upper()}" for name in fields]
    near = difflib.get_close_matches(variable, names, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{shown or variable} is not a setting{hint}"


def _cast(field: Field, value: object, variable: str) -> Any:  # noqa: ANN401 - as typed in Settings
    if isinstance(value, (dict, list)):
        raise SettingsError(f"{variable} must be one value")
    if field.metadata.get("secret"):
        least = field.metadata.get("least", 1)
        if len(str(value)) < least:
            raise SettingsError(f"{variable} must have at least {least} characters")
        return Secret(str(value))
    if isinstance(field.default, bool):
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if str(value).lower() not in words:
            raise SettingsError(f"{variable} must be true or false")
        return words[str(value).lower()]
    if isinstance(field.default, int):
        return _cast_number(field, value, variable)
    return _cast_text(field, str(value), variable)


def _cast_number(field: Field, value: object, variable: str) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise SettingsError(f"{variable} must be a whole number") from None
    least, most = field.metadata.get("least", 0), field.metadata["most"]
    if not least <= number <= most:
        raise SettingsError(f"{variable} must be a number from {least} to {most}")
    return number


def _cast_text(field: Field, value: str, variable: str) -> str:
    words = field.metadata.get("one_of")
    if words:
        if value.lower() not in words:
            raise SettingsError(f"{variable} must be one of {', '.join(words)}")
        return value.lower()
    if field.name == "redis_url" and not value.startswith(_REDIS):
        raise SettingsError(f"{variable} must begin with redis://, rediss:// or redis+unix://")
    return value


def _read_secret(variable: str, place: str) -> str:
    try:
        return Path(place).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable} cannot be read: {type(error).__name__}") from None
